/** Runs of a check, as a runner tells them. */
import type { CheckRun, CommandEnd } from "../../src/core/checks.ts";
import type { TestResults } from "../../src/core/results.ts";

export const exited = (code: number): CommandEnd => ({ kind: "exited", code });
export const opaque: TestResults = { kind: "opaque" };

export function named(failing: readonly string[], passed = 3): TestResults {
  const failures = failing.map((name) => ({ name, message: `${name} broke` }));
  return { kind: "named", runner: "r", failures, passed, failed: failures.length, skipped: 0 };
}
export const counted = (failed: number, passed = 3): TestResults => ({
  kind: "counted",
  runner: "r",
  passed,
  failed,
});

export function run(results: TestResults, ended: CommandEnd): CheckRun {
  return { name: "test", command: "t", ended, results, outputTail: "", durationMs: 61_000 };
}
export const red = (results: TestResults): CheckRun => run(results, exited(1));
export const green = (results: TestResults): CheckRun => run(results, exited(0));
