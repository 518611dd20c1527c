import type { TestFailure } from "../../core/results.ts";
import { countOf, type Reader, settle } from "./reading.ts";
import { messageAt } from "./text.ts";

const rule = /^ {2}─$/;
const close = /^ {2}\d+ tests? (?:passed|failed|remained pending after a timeout)$/;
const failure = /^ {2}[✘✖] \[fail\]: (.+)$/;
const pending = /^ {2}◌ (.+)$/;

/** Reads AVA's reporter for people, which counts what passed only where nothing failed. */
export const readAva: Reader = (lines) => {
  const start = lines.findIndex((line) => rule.test(line));
  if (start < 0 || !lines.some((line) => close.test(line))) return null;
  const details = detailsFrom(lines, start);
  const failures = lines.flatMap((line) => {
    const listed = failure.exec(line)?.[1];
    if (listed !== undefined) return [failureOf(details, listed)];
    const stuck = pending.exec(line)?.[1];
    return stuck === undefined ? [] : [{ name: stuck, message: "pending after a timeout" }];
  });
  const marked = lines.filter((line) => /^ {2}[✔✓] /.test(line)).length;
  return settle({
    runner: "ava",
    failures,
    passed: Math.max(marked, countOf(lines, /^ {2}(\d+) tests? passed$/)),
    failed:
      countOf(lines, /^ {2}(\d+) tests? failed$/) +
      countOf(lines, /^ {2}(\d+) tests? remained pending after a timeout$/) +
      countOf(lines, /^ {2}(\d+) (?:uncaught exceptions?|unhandled rejections?)$/),
    skipped: countOf(lines, /^ {2}(\d+) tests? skipped$/),
  });
};

/** Most words of an error's message that are looked for behind a title. */
const wordsMax = 60;

/** In the list an error's message may follow the title; the details below begin with it alone. */
function failureOf(details: ReadonlyMap<string, string>, listed: string): TestFailure {
  let name = listed;
  for (let n = 0; n < wordsMax && name !== ""; n += 1) {
    const message = details.get(name);
    if (message !== undefined) return { name, message };
    name = name.slice(0, Math.max(0, name.lastIndexOf(" ")));
  }
  return { name: listed, message: "" };
}

/** What is said of each line below the list that may be a title. */
function detailsFrom(lines: readonly string[], start: number): ReadonlyMap<string, string> {
  const details = new Map<string, string>();
  for (let at = start + 1; at < lines.length; at += 1) {
    const title = /^ {2}(\S.*)$/.exec(lines[at] ?? "")?.[1];
    if (title === undefined || details.has(title) || lines[at + 1] !== "") continue;
    details.set(
      title,
      messageAt(lines, at + 1, (line) => rule.test(line)),
    );
  }
  return details;
}
