import { countOf, type Reader, settle } from "./reading.ts";
import { indexFrom, messageAt } from "./text.ts";

const passing = /^ {2}(\d+) passing \(\d/;
const failing = /^ {2}(\d+) failing$/;
const entry = /^ {2}\d+\) (.*)$/;

/** Reads mocha's `spec` reporter (and others that close with its list). */
export const readMocha: Reader = (lines) => {
  if (!lines.some((line) => passing.test(line))) return null;
  const start = lines.findIndex((line) => failing.test(line));
  const failures = lines.flatMap((line, index) => {
    const first = start < 0 || index < start ? undefined : entry.exec(line)?.[1];
    if (first === undefined) return [];
    // Titles of the suites stand below each other, further in than the message.
    const end = indexFrom(lines, index + 1, (next) => !/^ {7,}\S/.test(next));
    const titles = [first, ...lines.slice(index + 1, end)];
    const name = titles.map((title) => title.trim()).join(" > ");
    return [{ name: name.replace(/:$/, ""), message: messageAt(lines, index + titles.length) }];
  });
  return settle({
    runner: "mocha",
    failures,
    passed: countOf(lines, passing),
    failed: countOf(lines, failing),
    skipped: countOf(lines, /^ {2}(\d+) pending$/),
  });
};
