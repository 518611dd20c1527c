/** Reads the frames in which Bedrock streams an answer: each holds one event, as base64 in JSON. */

/** A frame larger than this is none. */
const frameBytesMax = 16 * 1024 * 1024;
const [preludeBytes, checksumBytes] = [12, 4];

/** Opens the reading of frames; `event` is called with the text of each event that is whole. */
export function openFrames(event: (text: string) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isLost = false;
  return (chunk) => {
    if (isLost) return;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= preludeBytes) {
      const [bytes, headerBytes] = [rest.readUInt32BE(0), rest.readUInt32BE(4)];
      const from = preludeBytes + headerBytes;
      // what is no frame is not looked at any further: nothing is known of what follows
      isLost = bytes > frameBytesMax || bytes < from + checksumBytes;
      if (isLost || rest.length < bytes) return;
      const inner = innerOf(rest.subarray(from, bytes - checksumBytes));
      rest = rest.subarray(bytes);
      if (inner !== null) event(inner);
    }
  };
}

function innerOf(payload: Buffer): string | null {
  try {
    const json: unknown = JSON.parse(payload.toString("utf8"));
    if (typeof json !== "object" || json === null || !("bytes" in json)) return null;
    return typeof json.bytes === "string" ? Buffer.from(json.bytes, "base64").toString() : null;
  } catch {
    return null; // an exception of the vendor's, say
  }
}
