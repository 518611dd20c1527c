import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Deed,
  freshTrace,
  idleCallsMax,
  returnsMax,
  sameAnswersMax,
  sameFailuresMax,
  watch,
} from "../../src/core/stuck.ts";

const edit = (to: string, file = "a.ts"): Deed => ({
  ...{ type: "tool.called", tool: "Edit", summary: `Edit ${file}`, call: `edit ${file} ${to}` },
  change: { file, to },
});
const call = (command: string): Deed => ({
  ...{ type: "tool.called", tool: "Bash", summary: `Bash ${command}`, call: command },
  change: null,
});
const answer = (command: string, outcome: string, failed: boolean): Deed => ({
  ...{ type: "tool.answered", tool: "Bash", failed, call: command, outcome, tail: outcome },
});
const fails = (command: string, outcome = "1 failed") => [
  call(command),
  answer(command, outcome, true),
];
const passes = (command: string, outcome = "ok") => [
  call(command),
  answer(command, outcome, false),
];

/** Why a session that does all this is stuck, and after how many deeds; null where it is not. */
function stuckBy(deeds: readonly Deed[], edits = true): readonly [string, number] | null {
  let trace = freshTrace;
  for (const [at, deed] of deeds.entries()) {
    const seen = watch(trace, deed, edits);
    trace = seen.trace;
    if (seen.stuck !== null) return [seen.stuck, at + 1];
  }
  return null;
}
const times = (n: number, of: (n: number) => readonly Deed[]): readonly Deed[] =>
  Array.from({ length: n }, (_, at) => of(at)).flat();

describe("a session is stuck", () => {
  test("where a command fails again and again in the same way, whatever is edited between", () => {
    const round = (n: number) => [edit(`try ${n}`), ...fails("npm test")];
    const why = "ran `Bash npm test` 5 times with the same failure: 1 failed";
    expect(stuckBy(times(9, round))).toEqual([why, 3 * sameFailuresMax]);
    expect(stuckBy(times(sameFailuresMax - 1, round))).toBeNull();
  });

  test("where a file goes back and forth between two contents", () => {
    const why = `edited a.ts back and forth ${returnsMax + 2} times`;
    expect(stuckBy(times(9, (n) => [edit(n % 2 === 0 ? "A" : "B")]))).toEqual([why, 6]);
  });

  test("where a call gives the same answer again and again, and nothing is edited", () => {
    const reading = times(20, () => passes("cat a.ts"));
    const why = "called `Bash cat a.ts` 10 times with the same answer";
    expect(stuckBy(reading)).toEqual([why, 2 * sameAnswersMax]);
  });

  test("where a worker never edits; a review is there to look", () => {
    const looking = times(idleCallsMax, (n) => passes(`look ${n}`, `seen ${n}`));
    expect(stuckBy(looking)?.[0]).toBe("120 calls without any edit");
    expect(stuckBy(looking, false)).toBeNull();
  });
});

describe("a session is not stuck", () => {
  test("while the failures differ: fewer are progress", () => {
    expect(stuckBy(times(30, (n) => fails("npm test", `${30 - n} failed`)))).toBeNull();
  });

  test("where a good check is repeated after each edit", () => {
    expect(stuckBy(times(40, (n) => [edit(`step ${n}`), ...passes("npm test")]))).toBeNull();
  });

  test("where an edit is taken back once", () => {
    expect(stuckBy([edit("A"), edit("B"), edit("A"), edit("C"), edit("D")])).toBeNull();
  });

  test("where other files are edited back and forth, each once", () => {
    const pairs = times(20, (n) => [edit("A", `${n}.ts`), edit("B", `${n}.ts`)]);
    expect(stuckBy(pairs)).toBeNull();
  });
});

test("whoever does something new each time is never stuck", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (edits) => {
      const deeds = edits.flatMap((edits, n) =>
        edits ? [edit(`new ${n}`)] : passes(`command ${n}`, `seen ${n}`),
      );
      expect(
        stuckBy([...deeds.slice(0, 200), edit("last"), ...deeds.slice(200)], false),
      ).toBeNull();
    }),
  );
});

test("whoever repeats any round of deeds that changes nothing is stuck before long", () => {
  const command = fc.constantFrom("a", "b", "c");
  const round = fc.array(fc.tuple(command, fc.boolean()), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(round, (round) => {
      const deeds = round.flatMap(([of, failed]) => (failed ? fails(of) : passes(of, "1 failed")));
      expect(stuckBy(times(sameAnswersMax * 2, () => deeds))).not.toBeNull();
    }),
  );
});
