import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckRun, CommandEnd } from "../../src/core/checks.ts";
import { groundOf, isSteady, weigh } from "../../src/core/flaky.ts";
import type { TestResults } from "../../src/core/results.ts";

const opaque: TestResults = { kind: "opaque" };
const counted = (failed: number): TestResults => ({
  kind: "counted",
  runner: "r",
  passed: 3,
  failed,
});
function named(...failing: readonly string[]): TestResults {
  const failures = failing.map((name) => ({ name, message: `${name} broke` }));
  const [passed, failed] = [9 - failing.length, failing.length];
  return { kind: "named", runner: "r", failures, passed, failed, skipped: 0 };
}
function run(results: TestResults, ended: CommandEnd): CheckRun {
  const outputTail = JSON.stringify(results);
  return { name: "test", command: "t", ended, results, outputTail, durationMs: 61_000 };
}
const red = (results: TestResults): CheckRun => run(results, { kind: "exited", code: 1 });
const green = (results: TestResults): CheckRun => run(results, { kind: "exited", code: 0 });
const hung = run(opaque, { kind: "timedOut" });

/** A candidate's runs beside its base's, as `kind: why`. */
function told(runs: readonly CheckRun[], base: readonly CheckRun[]): string {
  const { comparison, again } = weigh(runs, groundOf(base));
  return again ? "again" : `${comparison.kind}: ${comparison.why}`;
}

describe("a base that was run more than once", () => {
  const [a, b] = [red(named("a")), red(named("b"))];
  const isNew = "is red: 1 of 1 failures are new, 8 passed";

  test("is red only by what failed each time, and is said to be flaky", () => {
    expect(told([a, a], [red(named("a", "b")), a])).toBe(
      "passed: is red as before: all that fails failed then, 8 passed" +
        "; the base is flaky: b failed in some of its 2 runs only",
    );
    expect(told([b, b], [red(named("a", "b")), a])).toBe(
      `failed: ${isNew}; the base is flaky: b failed in some of its 2 runs only (2 of 2 runs)`,
    );
  });

  test("is green where nothing failed twice", () => {
    const flaky = "the base is flaky: a failed in some of its 2 runs only";
    const why = "is red: exit code 1, 1 failed, 8 passed; the base is green";
    for (const base of [
      [a, green(named())],
      [green(named()), a],
    ])
      expect(told([a, a], base)).toBe(`failed: ${why}; ${flaky} (2 of 2 runs)`);
    expect(told([a, a], [a, b])).toContain("the base is green; the base is flaky: a, b failed");
  });

  test("counts as its best run where only numbers are known", () => {
    const base = [red(counted(3)), red(counted(1))];
    expect(told([red(counted(2)), red(counted(2))], base)).toMatch(
      /^failed: has 2 failures, where the base has 1; .* its 2 runs do not come to the same/,
    );
    expect(told([red(counted(1))], base)).toMatch(/^passed/);
  });

  test("is for a person where its runs cannot be told apart by name", () => {
    expect(told([a], [a, red(opaque)])).toMatch(/^held/);
    expect(told([a], [red(counted(1)), a])).toMatch(/^held/);
    expect(told([a], [a, hung])).toMatch(/^held/);
    const lost = run(named("a"), { kind: "exited", code: 0 }); // `|| true`
    expect(told([a], [lost, red(counted(1))])).toMatch(/^held/);
  });

  test("says nothing of chance where its runs agree", () => {
    expect(told([a], [a, a])).toBe(
      "passed: is red as before: all that fails failed then, 8 passed",
    );
  });

  test("need not be run again where it is green, or hung", () => {
    expect([green(named()), hung, a, red(opaque)].map(isSteady)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("a candidate", () => {
  const base = [green(named())];
  const [ok, a, b] = [green(named()), red(named("a")), red(named("b"))];

  test("that is red once is run again before anything is said", () => {
    expect(told([a], base)).toBe("again");
    expect(told([a, ok], base)).toBe("again");
    expect(told([red(opaque)], [green(opaque)])).toBe("again");
  });

  test("that is red twice is red, whatever it failed by", () => {
    for (const runs of [
      [a, a],
      [a, b],
      [a, ok, a],
      [ok, a, a],
      [a, ok, hung],
    ])
      expect(told(runs, base)).toMatch(/^failed: .* \(2 of [23] runs\)$/);
  });

  test("that is red once in three runs passes, and is said to be flaky", () => {
    for (const runs of [
      [a, ok, ok],
      [ok, a, ok],
      [ok, ok, a],
    ])
      expect(told(runs, base)).toBe(
        "passed: is green: 9 tests passed; flaky, so not counted: a failed in 1 of 3 runs",
      );
    expect(told([red(opaque), green(opaque), green(opaque)], [green(opaque)])).toContain(
      "flaky, so not counted: it failed in 1 of 3 runs",
    );
    // the evidence is that of the run that was red
    expect(weigh([a, ok, ok], groundOf(base)).run.outputTail).toBe(a.outputTail);
  });

  test("that does not come to its end is not run again", () => {
    expect(told([hung], base)).toBe("failed: is red: timed out after 61 s; the base is green");
  });

  test("that a person must look at stays so, however its other runs end", () => {
    const silent = green(opaque);
    expect(told([silent], base)).toMatch(/^held/);
    expect(told([a, silent, ok], base)).toMatch(/^held: .* flaky, so not counted: a failed/);
  });
});

test("more runs of a base never make a failure count as older than it is", () => {
  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 });
  fc.assert(
    fc.property(names, fc.array(names, { minLength: 1, maxLength: 3 }), (now, before) => {
      const runs = before.map((each) => red(named(...each)));
      const { comparison } = weigh([red(named(...now)), red(named(...now))], groundOf(runs));
      const old = now.filter((name) => before.every((each) => each.includes(name)));
      expect(comparison.kind).toBe(old.length === now.length ? "passed" : "failed");
    }),
  );
});
