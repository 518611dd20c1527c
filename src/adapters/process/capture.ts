/** Keeps the first bytes of a stream and counts all of them. */
export interface Capture {
  take(chunk: Uint8Array): void;
  bytes(): Uint8Array;
  /** Bytes that came, kept or not. */
  readonly total: number;
}

/** Opens a capture that keeps at most `bytesMax` bytes. */
export function openCapture(bytesMax: number): Capture {
  const kept: Uint8Array[] = [];
  let total = 0;
  return {
    take(chunk) {
      const room = bytesMax - Math.min(total, bytesMax);
      if (room > 0) kept.push(chunk.subarray(0, room));
      total += chunk.length;
    },
    bytes: () => new Uint8Array(Buffer.concat(kept)),
    get total() {
      return total;
    },
  };
}
