/** Keeps the head and the tail of an output, in bounded memory. */
export interface BoundedOutput {
  take(chunk: Uint8Array): void;
  /** What was kept, as text; says how many bytes were left out, and where. */
  text(): string;
  /** Bytes that were left out. */
  readonly omittedBytes: number;
}

/** The first bytes tell what ran, the last ones how it failed. */
export const headBytesMax = 256 * 1024;
export const tailBytesMax = 768 * 1024;

/** Opens an output that keeps its first 256 KiB and its last 768 KiB. */
export function openBoundedOutput(): BoundedOutput {
  const head: Uint8Array[] = [];
  const tail = openTail(tailBytesMax);
  let headRoom = headBytesMax;
  let total = 0;
  const omitted = (): number => Math.max(0, total - headBytesMax - tailBytesMax);
  return {
    take(chunk) {
      total += chunk.length;
      const first = chunk.subarray(0, headRoom);
      if (first.length > 0) head.push(first);
      headRoom -= first.length;
      if (first.length < chunk.length) tail.take(chunk.subarray(first.length));
    },
    text() {
      const [start, end] = [Buffer.concat(head), tail.bytes()];
      if (omitted() === 0) return Buffer.concat([start, end]).toString();
      const cut = `\n[… ${omitted()} bytes left out …]\n`;
      return withoutLastPart(start).toString() + cut + withoutFirstPart(end).toString();
    },
    get omittedBytes() {
      return omitted();
    },
  };
}

function openTail(bytesMax: number): { take(chunk: Uint8Array): void; bytes(): Buffer } {
  const ring = Buffer.alloc(bytesMax);
  let written = 0;
  return {
    take(chunk) {
      const last = chunk.subarray(Math.max(0, chunk.length - bytesMax));
      const at = (written + chunk.length - last.length) % bytesMax;
      const upToEnd = last.subarray(0, bytesMax - at);
      ring.set(upToEnd, at);
      ring.set(last.subarray(upToEnd.length), 0);
      written += chunk.length;
    },
    bytes() {
      if (written <= bytesMax) return ring.subarray(0, written);
      const at = written % bytesMax;
      return Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
    },
  };
}

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x80 && byte < 0xc0;

/** A character that the cut went through would read as rubbish. */
function withoutFirstPart(bytes: Buffer): Buffer {
  let at = 0;
  while (at < 3 && isContinuation(bytes[at])) at += 1;
  return bytes.subarray(at);
}

function withoutLastPart(bytes: Buffer): Buffer {
  let at = bytes.length;
  while (at > bytes.length - 3 && isContinuation(bytes[at - 1])) at -= 1;
  const lead = bytes[at - 1] ?? 0;
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return bytes.length - at + 1 === wanted ? bytes : bytes.subarray(0, Math.max(0, at - 1));
}
