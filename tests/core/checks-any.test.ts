import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CheckRun, type CommandEnd, compare } from "../../src/core/checks.ts";
import { counted, exited, named, opaque, red, run } from "../support/check-runs.ts";

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
    fc.constantFrom<CommandEnd>(
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
