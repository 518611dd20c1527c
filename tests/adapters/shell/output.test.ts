import fc from "fast-check";
import { expect, test } from "vitest";
import {
  headBytesMax,
  openBoundedOutput,
  tailBytesMax,
} from "../../../src/adapters/shell/output.ts";

/** Letters whose place in the stream can be told from them. */
function letters(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => 97 + (((from + at) * 7919) % 26));
}

test("head and tail are those of the whole, however it came in pieces", () => {
  const sizes = fc.array(fc.oneof(fc.nat(70_000), fc.nat(1_500_000)), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const output = openBoundedOutput();
      let total = 0;
      for (const length of lengths) {
        output.take(letters(total, length));
        total += length;
      }
      const omitted = Math.max(0, total - headBytesMax - tailBytesMax);
      expect(output.omittedBytes).toBe(omitted);
      const whole = Buffer.from(letters(0, total)).toString();
      const cut =
        `${whole.slice(0, headBytesMax)}\n[… ${omitted} bytes left out ` +
        `…]\n${whole.slice(-tailBytesMax)}`;
      // A failed comparison of megabytes says nothing that a person could read.
      expect(output.text() === (omitted === 0 ? whole : cut)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test("a character that the cut went through is left out whole", () => {
  for (const offset of [0, 1, 2, 3]) {
    const output = openBoundedOutput();
    const some = "x".repeat(offset);
    output.take(Buffer.from(`${some}${"🙂".repeat(400_000)}${some}`));
    expect(output.text()).not.toContain("\ufffd");
  }
});
