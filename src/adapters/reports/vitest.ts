import { countOf, type Reader, settle } from "./reading.ts";
import { indexFrom, messageAt } from "./text.ts";

const header = /^ FAIL {2}(.+)$/;
const summary = /^ +Tests {2}(.+)$/;

/** Reads what vitest prints by default. */
export const readVitest: Reader = (lines) => {
  const summaries = lines.flatMap((line) => summary.exec(line)?.[1] ?? []);
  const none = lines.some((line) => line.startsWith("No test files found, exiting"));
  const started = lines.some((line) => /^ RUN {2}v\d/.test(line));
  if (summaries.length === 0 && !(none && started)) return null;
  const tests = lines.flatMap((line, index) => {
    const name = header.exec(line)?.[1];
    if (name === undefined) return [];
    // Tests with the same error share one message, below the last of their names.
    const after = indexFrom(lines, index + 1, (next) => !header.test(next));
    const message = messageAt(lines, after, (next) => /^ ❯ |^⎯/.test(next));
    return [{ name: withoutFile(name), message }];
  });
  // They have no names of their own, and their text changes from run to run.
  const unhandled = countOf(lines, /^ +Errors {2}(\d+) errors?$/);
  const files = countOf(lines, /^⎯+ Failed Suites (\d+) ⎯+$/);
  return settle({
    runner: "vitest",
    failures: [
      ...tests,
      ...Array.from({ length: Math.min(unhandled, 1000) }, () => ({
        name: "unhandled error",
        message: "an error outside of any test",
      })),
    ],
    passed: countOf(summaries, /\b(\d+) passed/),
    failed: countOf(summaries, /\b(\d+) failed/) + files + unhandled,
    skipped: countOf(summaries, /\b(\d+) skipped/) + countOf(summaries, /\b(\d+) todo/),
  });
};

/** Of a file that failed as a whole, the name is followed by the file once more, in brackets. */
function withoutFile(name: string): string {
  const bracket = name.endsWith(" ]") ? name.lastIndexOf(" [ ") : -1;
  return bracket < 0 ? name : name.slice(0, bracket);
}
