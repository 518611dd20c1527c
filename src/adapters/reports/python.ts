import type { TestFailure } from "../../core/results.ts";
import { countOf, type Reader, settle } from "./reading.ts";
import { messageAt, messageOf } from "./text.ts";

const counts = /^=* ?((?:\d+ [a-z]+(?:, )?)+) in \d[\d.]*s(?: \([\d:, a-z]+\))? ?=*$/;
const none = /^=* ?no tests ran in \d[\d.]*s ?=*$/;

/** Reads pytest's last line and its short summary. */
export const readPytest: Reader = (lines) => {
  const ends = lines.flatMap((line) => counts.exec(line.slice(0, 300))?.[1] ?? []);
  if (ends.length === 0 && !lines.some((line) => none.test(line))) return null;
  const failures: TestFailure[] = [];
  let inSummary = false;
  for (const line of lines) {
    if (/^=+ short test summary info =+$/.test(line)) inSummary = true;
    else if (counts.test(line.slice(0, 300))) inSummary = false;
    const entry = inSummary ? /^(?:FAILED|ERROR) (\S.*)$/.exec(line)?.[1] : undefined;
    if (entry !== undefined) failures.push(splitEntry(entry));
  }
  const count = (what: RegExp) => countOf(ends, what);
  return settle({
    runner: "pytest",
    failures,
    passed: count(/\b(\d+) passed/) + count(/\b(\d+) xpassed/),
    failed: count(/\b(\d+) failed/) + count(/\b(\d+) errors?/),
    skipped: count(/\b(\d+) skipped/) + count(/\b(\d+) xfailed/),
  });
};

/** `path::test[param] - message`, where the parameter may hold ` - ` itself. */
function splitEntry(entry: string): TestFailure {
  const bracket = entry.indexOf("[");
  const plain = entry.indexOf(" - ");
  const inParameter = bracket >= 0 && bracket < plain;
  const closing = inParameter ? entry.indexOf("] - ") + 1 : plain;
  const cut = closing > 0 ? closing : entry.endsWith("]") ? entry.length : plain;
  if (cut < 0) return { name: entry, message: "" };
  return { name: entry.slice(0, cut), message: messageOf(entry.slice(cut + 3)) };
}

const header = /^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (\S+)(?: \(([^()]+)\))?(.*)$/;

/** Reads Python's unittest, and Django's runner on top of it. */
export const readUnittest: Reader = (lines) => {
  const ran = /^Ran (\d+) tests? in \d[\d.]*s$/;
  if (!lines.some((line) => ran.test(line))) return null;
  const failures = lines.flatMap((line, index): TestFailure[] => {
    const found = /^=+$/.test(lines[index - 1] ?? "") ? header.exec(line) : null;
    if (found === null) return [];
    const [, method = "", place = "", parameters = ""] = found;
    // Newer Pythons write the method into the brackets too.
    const name = place === "" || place.endsWith(`.${method}`) ? place : `${place}.${method}`;
    return [{ name: `${name || method}${parameters}`, message: lastWords(lines, index + 1) }];
  });
  const ends = lines.filter((line) => /^(?:OK|FAILED|NO TESTS RAN)\b/.test(line));
  const count = (what: string) => countOf(ends, new RegExp(`[( ]${what}=(\\d+)`));
  const failed = count("failures") + count("errors") + count("unexpected successes");
  const skipped = count("skipped") + count("expected failures");
  return settle({
    runner: "unittest",
    failures,
    // A test may fail several times (subtests), and errors of classes are no tests.
    passed: Math.max(0, countOf(lines, ran) - failed - skipped),
    failed,
    skipped,
  });
};

/** Of a traceback the last line says most. */
function lastWords(lines: readonly string[], from: number): string {
  const block = lines.slice(from, from + 200);
  const end = block.findIndex((line) => /^=+$/.test(line));
  const said = (end < 0 ? block : block.slice(0, end)).filter((line) => /^\S/.test(line));
  return messageAt(
    said.filter((line) => !/^(?:-+$|Traceback|Ran \d|FAILED|OK)/.test(line)).slice(-3),
    0,
  );
}
