/** Reads how many problems a linter or a type checker found. */
import type { Lint } from "../../core/results.ts";

/** A line that says the number itself. */
const summaries: readonly (readonly [string, RegExp])[] = [
  ["eslint", /^✖ (\d+) problems? \(/],
  ["ruff", /^Found (\d+) errors?(?: \(|\.)/],
  ["tsc", /^Found (\d+) errors? in (?:the same file|\d+ files)/],
  ["mypy", /^Found (\d+) errors? in \d+ files? \(checked/],
  ["golangci-lint", /^(\d+) issues?:/],
  ["clippy", /^warning: .{1,200} generated (\d+) warnings?/],
];

/** A line for each problem, where no line counts them. */
const problems: readonly (readonly [string, RegExp])[] = [
  ["tsc", /^.{1,500}\(\d+,\d+\): error TS\d+:/],
  ["flake8", /^.{1,500}:\d+:\d+: [A-Z]{1,3}\d{3,4} /],
];

/** Where lines like xo's sums mean problems: any program may say `2 errors`. */
const xoProblem = /^ {2}[✖⚠×‼] {2,20}\d+:\d+ {2}/;
const xoSum = /^ {2}(\d+) (?:error|warning)s?$/;

/** Counts problems; null where no linter is recognised, or it found none. */
export function readLint(lines: readonly string[]): Lint | null {
  const known = lines.some((line) => xoProblem.test(line))
    ? [...summaries, ["xo", xoSum] as const]
    : summaries;
  const counted = known.flatMap(([runner, pattern]) => sumOf(lines, runner, pattern));
  const [summary] = counted;
  if (summary !== undefined)
    return { ...summary, failed: counted.reduce((sum, each) => sum + each.failed, 0) };
  for (const [runner, pattern] of problems) {
    const failed = lines.filter((line) => pattern.test(line)).length;
    if (failed > 0) return { kind: "problems", runner, failed };
  }
  return null;
}

function sumOf(lines: readonly string[], runner: string, pattern: RegExp): readonly Lint[] {
  const failed = lines.reduce((sum, line) => sum + Number(pattern.exec(line)?.[1] ?? 0), 0);
  return failed === 0 ? [] : [{ kind: "problems", runner, failed }];
}
