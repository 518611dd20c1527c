import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expected, fixture, read } from "./samples.ts";

describe("whatever was printed", () => {
  const lines = Promise.all(Object.keys(expected).map(fixture)).then((texts) =>
    texts.flatMap((text) => text.split("\n")),
  );

  test("reading ends, never throws, and its figures agree", async () => {
    const line = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...(await lines)) },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
    );
    const output = fc.array(line, { maxLength: 80 }).map((all) => all.join("\n"));
    fc.assert(
      fc.property(output, (text) => {
        const results = read(text);
        if (results.kind !== "named") return;
        expect(results.failures).toHaveLength(results.failed);
        expect(new Set(results.failures.map(({ name }) => name)).size).toBe(results.failed);
        expect(Math.min(results.passed, results.failed, results.skipped)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ["digits", "Tests: 1".padEnd(400_000, "1")],
    ["more digits", "      Tests  ".padEnd(400_000, "1")],
    ["brackets", " FAIL  ".padEnd(400_000, " [ ")],
    ["header lines", " FAIL  a > b\n".repeat(40_000)],
    ["titles", `  1 passing (1ms)\n  1 failing\n${"  1) a\n       b\n".repeat(30_000)}`],
    ["counts", "1 a, ".repeat(80_000)],
    ["words", `${"  ✘ [fail]: a b c d e f\n".repeat(30_000)}  ─\n  1 test failed`],
    ["wstat", `Result: FAIL\n${"x (Wstat: ".repeat(40_000)}`],
    [
      "depth",
      Array.from({ length: 2000 }, (_, i) => `${" ".repeat(4 * i)}# Subtest: x`).join("\n"),
    ],
    ["escapes", "\u001b]".repeat(200_000)],
    ["points", `TAP version 13\n${"not ok 1 - x\n".repeat(30_000)}`],
    ["go tests", `${"--- FAIL: A/b/c (0.00s)\n".repeat(30_000)}FAIL\tp\t0.1s`],
    ["spaces", " ".repeat(400_000)],
  ])("a great many %s take no more than a moment", (_, text) => {
    const before = performance.now();
    read(`TAP version 13\n${text}`);
    read(text);
    // Quadratic time would be minutes; the bound is wide for slow machines.
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
