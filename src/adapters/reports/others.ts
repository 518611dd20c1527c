/** Runners of which only the closing lines are read. */
import { countOf, type Reader, settle } from "./reading.ts";

/** Reads RSpec's counts and its list of failed examples. */
export const readRspec: Reader = (lines) => {
  const ends = lines.filter((line) => /^\d+ examples?, \d+ failures?\b/.test(line));
  if (ends.length === 0) return null;
  const failures = lines.flatMap((line) => {
    const [, place, title] = /^rspec (\S+?)(?::\d+|\[[\d:]+\])? # (.+)$/.exec(line) ?? [];
    return place === undefined ? [] : [{ name: `${place} > ${title}`, message: "" }];
  });
  const failed = countOf(ends, /, (\d+) failures?/);
  const skipped = countOf(ends, /, (\d+) pending/);
  const outside = countOf(ends, /, (\d+) errors? occurred/);
  return settle({
    runner: "rspec",
    failures,
    passed: Math.max(0, countOf(ends, /^(\d+) examples?/) - failed - skipped),
    failed: failed + outside,
    skipped,
  });
};

/** Reads minitest's counts. */
export const readMinitest: Reader = (lines) => {
  const ends = lines.filter((line) => /^\d+ (?:runs|tests), \d+ assertions, /.test(line));
  if (ends.length === 0) return null;
  const failed = countOf(ends, /\b(\d+) failures/) + countOf(ends, /\b(\d+) errors/);
  const skipped = countOf(ends, /\b(\d+) skips/);
  const ran = countOf(ends, /^(\d+) (?:runs|tests)/);
  const passed = Math.max(0, ran - failed - skipped);
  return settle({ runner: "minitest", failures: [], passed, failed, skipped });
};

/** Reads ctest's closing lines; what the tests print themselves is theirs. */
export const readCtest: Reader = (lines) => {
  const ends = lines.flatMap(
    (line) => /^\d+% tests passed, (\d+ tests? failed out of \d+)$/.exec(line)?.[1] ?? [],
  );
  if (ends.length === 0) return null;
  const failures = lines.flatMap((line) => {
    const [, name, why] = /^\t *\d+ - (\S+)(?: \(([^()]+)\))?/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, message: why ?? "" }];
  });
  const failed = countOf(ends, /^(\d+) tests? failed/);
  const passed = countOf(ends, /out of (\d+)$/) - failed;
  return settle({ runner: "ctest", failures, passed, failed, skipped: 0 });
};

/** Reads GoogleTest's list of failed tests. */
export const readGtest: Reader = (lines) => {
  if (
    !lines.some((line) => /^\[={10}\] \d+ tests? from \d+ test (?:suite|case)s? ran\./.test(line))
  )
    return null;
  const listed = /^\[ {2}FAILED {2}\] (\d+) tests?, listed below:$/;
  const start = lines.findIndex((line) => listed.test(line));
  const failures = (start < 0 ? [] : lines.slice(start + 1)).flatMap((line) => {
    const name = /^\[ {2}FAILED {2}\] ([^\s,]+)(?:, where .*)?$/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, message: "" }];
  });
  return settle({
    runner: "gtest",
    failures,
    passed: countOf(lines, /^\[ {2}PASSED {2}\] (\d+) tests?\.$/),
    failed: countOf(lines, listed),
    skipped: countOf(lines, /^\[ {2}SKIPPED \] (\d+) tests?, listed below:$/),
  });
};

/** Reads the counts of Perl's `prove`. */
export const readProve: Reader = (lines) => {
  if (!lines.some((line) => /^Result: (?:PASS|FAIL|NOTESTS)$/.test(line))) return null;
  const files = lines.map((line) =>
    line.includes(" (Wstat: ") ? / Tests: \d+ Failed: (\d+)\)$/.exec(line) : null,
  );
  // A file that died without a failed test is a failure too.
  const failed = files.reduce(
    (sum, file) => sum + (file === null ? 0 : Math.max(1, Number(file[1]))),
    0,
  );
  const ran = countOf(lines, /^Files=\d+, Tests=(\d+),/);
  const passed = Math.max(0, ran - failed);
  return settle({ runner: "prove", failures: [], passed, failed, skipped: 0 });
};
