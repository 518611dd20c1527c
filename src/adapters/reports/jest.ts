import type { TestFailure } from "../../core/results.ts";
import { countOf, type Reader, settle } from "./reading.ts";
import { messageAt } from "./text.ts";

const file = /^FAIL (\S.*?)(?: \([\d.]+ m?s\))?$/;
const entry = /^ {2}● (\S.*)$/;
const broken = "Test suite failed to run";

/** Reads what jest prints by default. */
export const readJest: Reader = (lines) => {
  const none = lines.some((line) => line.startsWith("No tests found, exiting with code"));
  const summaries = lines.filter((line) => /^Tests: +\d/.test(line));
  if (summaries.length === 0 && !none) return null;
  const failures = new Map<string, TestFailure>();
  const suites = new Set<string>();
  let current = "";
  for (const [index, line] of lines.entries()) {
    current = file.exec(line)?.[1] ?? current;
    const title = entry.exec(line)?.[1];
    if (title === undefined || title === "Console" || current === "") continue;
    if (title === broken) suites.add(current);
    const name = title === broken ? current : `${current} > ${title.replaceAll(" › ", " > ")}`;
    // A long run repeats its failures in a summary at the end.
    const message = messageAt(lines, index + 1, (next) => /^ +at |^ +\d+ \|/.test(next));
    if (!failures.has(name)) failures.set(name, { name, message });
  }
  return settle({
    runner: "jest",
    failures: [...failures.values()],
    passed: countOf(summaries, /\b(\d+) passed/),
    failed: countOf(summaries, /\b(\d+) failed/) + suites.size,
    skipped: countOf(summaries, /\b(\d+) skipped/) + countOf(summaries, /\b(\d+) todo/),
  });
};
