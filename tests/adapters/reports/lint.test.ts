import { describe, expect, test } from "vitest";
import { openReports } from "../../../src/adapters/reports/reports.ts";
import { type CheckRun, compare } from "../../../src/core/checks.ts";
import type { TestResults } from "../../../src/core/results.ts";

const { read } = openReports();

const outputs: readonly (readonly [string, number, string])[] = [
  ["eslint", 5, "/w/a.js\n  1:1  error  no  no-x\n\n✖ 5 problems (4 errors, 1 warning)\n"],
  ["ruff", 3, "a.py:1:1: F401 unused\nFound 3 errors.\n[*] 1 fixable\n"],
  ["ruff", 8, "Checked 3 files in 3ms.\nFound 8 errors.\n"],
  ["tsc", 2, "src/a.ts(1,2): error TS2304: no\nsrc/b.ts(3,4): error TS2304: no\n"],
  ["mypy", 1, "a.py:1: error: no\nFound 1 error in 1 file (checked 3 source files)\n"],
  ["flake8", 2, "./a.py:1:1: E302 expected 2 lines\n./a.py:9:80: W291 trailing\n"],
];

describe("linters", () => {
  test.each(outputs)("%s: %i problems are counted", (runner, failed, output) => {
    expect(read(output, "/w")).toEqual({ kind: "problems", runner, failed });
  });

  test("a clean linter, and anything else, is told by its exit code alone", () => {
    expect(read("All checks passed!\n", "/w")).toEqual({ kind: "opaque" });
    expect(read("  2 errors\n", "/w")).toEqual({ kind: "opaque" });
  });
});

const run = (results: TestResults, code: number): CheckRun => ({
  name: "lint",
  command: "lint",
  ended: { kind: "exited", code },
  results,
  outputTail: "",
  durationMs: 1,
});
const dirty = (failed: number): CheckRun => run({ kind: "problems", runner: "eslint", failed }, 1);
const clean = run({ kind: "opaque" }, 0);

test("lint that was red stays passable while no problem is added", () => {
  expect(compare(dirty(3), dirty(3))).toMatchObject({ kind: "passed", by: "count" });
  expect(compare(dirty(2), dirty(3))).toMatchObject({ kind: "passed", by: "count" });
  expect(compare(dirty(4), dirty(3))).toMatchObject({ kind: "failed", by: "count" });
  expect(compare(dirty(1), clean)).toMatchObject({ kind: "failed" });
});

test("lint that is mended is green, not a run of nothing", () => {
  expect(compare(clean, dirty(3))).toMatchObject({ kind: "passed" });
});

test("a compiler's errors and failing tests are not counted against each other", () => {
  const tests = run({ kind: "counted", runner: "prove", passed: 3, failed: 5 }, 1);
  expect(compare(dirty(2), tests)).toMatchObject({ kind: "held" });
});
