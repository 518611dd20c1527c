import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CheckEnd, type CheckRun, type Comparison, compare } from "../../src/core/checks.ts";
import type { TestResults } from "../../src/core/results.ts";

const exited = (code: number): CheckEnd => ({ kind: "exited", code });
const opaque: TestResults = { kind: "opaque" };

function named(failing: readonly string[], passed = 3): TestResults {
  const failures = failing.map((name) => ({ name, message: `${name} broke` }));
  return { kind: "named", runner: "r", failures, passed, failed: failures.length, skipped: 0 };
}
const counted = (failed: number, passed = 3): TestResults => ({
  kind: "counted",
  runner: "r",
  passed,
  failed,
});

function run(results: TestResults, ended: CheckEnd): CheckRun {
  return { name: "test", command: "t", ended, results, outputTail: "", durationMs: 61_000 };
}
const red = (results: TestResults): CheckRun => run(results, exited(1));
const green = (results: TestResults): CheckRun => run(results, exited(0));

/** `kind by basis: introduced / preexisting / fixed` */
function told(outcome: Comparison): string {
  if (outcome.kind === "inconclusive") return outcome.kind;
  const introduced = outcome.introduced.map(({ name }) => name).join(",");
  const lists = [introduced, outcome.preexisting.join(","), outcome.fixed.join(",")];
  return `${outcome.kind} by ${outcome.by}: ${lists.join(" / ")}`;
}

describe("by name", () => {
  test.each([
    ["a green check passes", green(named([])), green(named([])), "passed by name:  /  / "],
    [
      "what fails on both is pre-existing",
      red(named(["a"])),
      red(named(["a"])),
      "passed by name:  / a / ",
    ],
    ["a new failure fails", red(named(["a", "b"])), red(named(["a"])), "failed by name: b / a / "],
    ["a swap fails", red(named(["b"])), red(named(["a"])), "failed by name: b /  / a"],
    [
      "a failure on a green base fails",
      red(named(["a"])),
      green(named([])),
      "failed by name: a /  / ",
    ],
    [
      "fixing one of two passes",
      red(named(["a"])),
      red(named(["a", "b"])),
      "passed by name:  / a / b",
    ],
    ["fixing all passes", green(named([])), red(named(["a"])), "passed by name:  /  / a"],
    ["without a base each failure counts", red(named(["a"])), null, "failed by name: a /  / "],
    [
      "a lost exit code hides no failure",
      green(named(["a"])),
      green(named([])),
      "failed by name: a /  / ",
    ],
  ])("%s", (_, candidate, base, wanted) => {
    expect(told(compare(candidate, base))).toBe(wanted);
  });
});

describe("by count", () => {
  test.each([
    ["more failures fail", red(counted(3)), red(counted(2)), "failed by count:  /  / "],
    ["as many pass", red(counted(2)), red(counted(2)), "passed by count:  /  / "],
    ["fewer pass", red(counted(1)), red(counted(2)), "passed by count:  /  / "],
    [
      "names against a count are counted",
      red(named(["a"])),
      red(counted(1)),
      "passed by count:  /  / ",
    ],
    [
      "a count against names is counted",
      red(counted(2)),
      red(named(["a"])),
      "failed by count:  /  / ",
    ],
    ["any on a green base fail", red(counted(1)), green(counted(0)), "failed by count:  /  / "],
  ])("%s", (_, candidate, base, wanted) => {
    expect(told(compare(candidate, base))).toBe(wanted);
  });
});

describe("by exit code", () => {
  test.each([
    ["green passes", green(opaque), green(opaque), "passed by exit code:  /  / "],
    ["green on a red base passes", green(opaque), red(opaque), "passed by exit code:  /  / "],
    ["red on a green base fails", red(opaque), green(opaque), "failed by exit code:  /  / "],
    ["red on both is for a person", red(opaque), red(opaque), "held by exit code:  /  / "],
    ["red without a base fails", red(opaque), null, "failed by exit code:  /  / "],
    [
      "a runner that crashes on a green base fails, though no test did",
      red(named([], 0)),
      green(named([])),
      "failed by exit code:  /  / ",
    ],
    [
      "a runner that crashes on a base with known failures is for a person",
      red(opaque),
      red(named(["a"])),
      "held by exit code:  /  / ",
    ],
    [
      "red without a failure on a base with known failures is for a person, and fixes nothing",
      red(named([], 0)),
      red(named(["a"])),
      "held by exit code:  /  / ",
    ],
    [
      "failures that become readable only now are for a person",
      red(named(["a"])),
      red(opaque),
      "held by exit code:  /  / ",
    ],
  ])("%s", (_, candidate, base, wanted) => {
    expect(told(compare(candidate, base))).toBe(wanted);
  });
});

describe("a check that runs no tests any more", () => {
  test("fails where the base ran some", () => {
    const outcome = compare(green(named([], 0)), green(named([], 5)));
    expect(outcome).toMatchObject({ kind: "failed", by: "count" });
    expect(outcome.why).toBe("ran nothing, where the base ran 5 tests");
    expect(compare(green(counted(0, 0)), red(named(["a"]))).kind).toBe("failed");
  });

  test("is for a person where it only fell silent", () => {
    expect(compare(green(opaque), green(named([], 5))).kind).toBe("held");
  });

  test("passes where the base ran none either", () => {
    expect(compare(green(named([], 0)), green(named([], 0))).kind).toBe("passed");
    expect(compare(green(named([], 0)), null).kind).toBe("passed");
    expect(compare(green(named([], 0)), green(opaque)).kind).toBe("passed");
  });
});

describe("a check that does not come to its end", () => {
  const hung = run(named([]), { kind: "timedOut" });
  const killed = run(opaque, { kind: "killed", signal: "SIGSEGV" });

  test("is red, and says why", () => {
    expect(compare(hung, green(named([])))).toMatchObject({
      kind: "failed",
      why: "is red: timed out after 61 s; the base is green",
    });
    expect(compare(killed, red(named(["a"])))).toMatchObject({
      kind: "failed",
      why: "is red: killed by SIGSEGV, where the base came to its end",
    });
  });

  test("is for a person where the base does not either", () => {
    expect(compare(hung, hung).kind).toBe("held");
    expect(compare(red(named(["a"])), killed).kind).toBe("held");
  });

  test("says nothing of the change where it was aborted or never began", () => {
    const aborted = run(opaque, { kind: "aborted" });
    const unstartable = run(opaque, { kind: "unstartable", detail: "no shell" });
    expect(compare(aborted, green(opaque)).kind).toBe("inconclusive");
    expect(compare(unstartable, null).why).toContain("no shell");
    expect(compare(red(opaque), aborted).kind).toBe("inconclusive");
    expect(compare(green(opaque), aborted).kind).toBe("passed");
  });
});

describe("of any two runs", () => {
  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
  const some = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 });
  const results = fc.oneof(
    fc.tuple(names, fc.nat(3)).map(([failing, passed]) => named(failing, passed)),
    fc.tuple(fc.nat(3), fc.nat(3)).map(([failed, passed]) => counted(failed, passed)),
    fc.constant(opaque),
  );
  const ended = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(exited(0), exited(1), exited(2)) },
    fc.constantFrom<CheckEnd>(
      { kind: "timedOut" },
      { kind: "killed", signal: "SIGKILL" },
      { kind: "aborted" },
      { kind: "unstartable", detail: "x" },
    ),
  );
  const runs = fc.tuple(results, ended).map(([r, e]) => run(r, e));
  const bases = fc.option(runs);

  const also = (candidate: CheckRun, name: string): CheckRun => {
    const { results: was } = candidate;
    if (was.kind !== "named") return candidate;
    const failing = [...was.failures.map((each) => each.name), name];
    return { ...candidate, results: named(failing, was.passed) };
  };
  const ranNothing = ({ results: r }: CheckRun): boolean =>
    r.kind === "named" && r.passed + r.failed === 0;
  const isRed = ({ ended: e, results: r }: CheckRun): boolean =>
    e.kind !== "exited" || e.code !== 0 || (r.kind !== "opaque" && r.failed > 0);

  test("one more failing test never makes a failed check pass", () => {
    fc.assert(
      fc.property(runs, bases, (candidate, base) => {
        const before = compare(candidate, base);
        // A count cannot tell the new failure from an old one in a run that was empty before.
        if (before.kind !== "failed" || (base?.results.kind === "counted" && ranNothing(candidate)))
          return;
        expect(compare(also(candidate, "new"), base).kind).not.toBe("passed");
      }),
      { numRuns: 2000 },
    );
  });

  test("a failing test that the base has not never passes by name", () => {
    fc.assert(
      fc.property(runs, bases, (candidate, base) => {
        const outcome = compare(also(candidate, "new"), base);
        if (outcome.kind === "passed") expect(outcome.by).not.toBe("name");
        if (outcome.kind === "passed") expect(outcome.introduced).toEqual([]);
      }),
      { numRuns: 2000, examples: [[red(named(["a"])), red(named(["a"]))]] },
    );
  });

  test("what is red on a green base, or without one, never passes", () => {
    fc.assert(
      fc.property(runs, bases, (candidate, base) => {
        if (!isRed(candidate) || (base !== null && isRed(base))) return;
        expect(compare(candidate, base).kind).not.toBe("passed");
      }),
      { numRuns: 2000 },
    );
  });

  test("a change that changes nothing never fails", () => {
    fc.assert(
      fc.property(runs, (same) => {
        expect(compare(same, same).kind).not.toBe("failed");
      }),
    );
  });

  test("every failure of a readable pair is either introduced or pre-existing", () => {
    fc.assert(
      fc.property(some, some, (now, before) => {
        const outcome = compare(red(named(now)), red(named(before)));
        if (outcome.kind === "inconclusive") throw new Error("both were run");
        const introduced = outcome.introduced.map(({ name }) => name);
        expect([...introduced, ...outcome.preexisting].sort()).toEqual([...now].sort());
        expect([...outcome.fixed, ...outcome.preexisting].sort()).toEqual([...before].sort());
      }),
    );
  });
});
