import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Failure,
  type FailureKind,
  failureClasses,
  isSameFailure,
  normalised,
} from "../../src/core/failure.ts";
import { retryOrFail, defaultRetryRules as rules, waitMs } from "../../src/core/retry.ts";
import { noon } from "../support/records.ts";

const red: Failure = { kind: "judgedBad", detail: "1 of 4 failures are new: rounds half up" };
const attempt = (number: number) => ({ attempt: number, left: rules.attemptsMax - number });
const after = (number: number, failure: Failure, before: Failure | null) =>
  retryOrFail(attempt(number), { failure, before, now: noon, chance: 0.5 }, rules);

test("a failure that teaches is followed by another attempt, one that is final by none", () => {
  expect(after(1, red, null)).toMatchObject({ at: "pending", attempt: 2, left: 1 });
  const refused = { kind: "refused", detail: "prompt is too long" } as const;
  const detail = "not tried again: prompt is too long";
  expect(after(1, refused, null)).toMatchObject({ at: "failed", failure: { detail } });
});

test("the same failure twice with the same evidence ends the task, and says so", () => {
  const detail = `failed twice in the same way: ${red.detail}`;
  expect(after(2, red, red)).toMatchObject({ at: "failed", attempt: 2, failure: { detail } });
  const other = { ...red, detail: "2 of 4 failures are new: rounds half up" };
  expect(after(2, red, other)).toMatchObject({ at: "pending", attempt: 3, left: 0 });
  expect(after(2, red, { ...red, kind: "mergedRed" })).toMatchObject({ at: "pending" });
});

test("what fails by chance may fail in the same way; its waits are longer", () => {
  const silent = { kind: "stalled", detail: "the model was silent for 120 s" } as const;
  expect(after(2, silent, silent)).toMatchObject({ at: "pending", attempt: 3 });
  expect(waitMs("stalled", 1, 0.5, rules)).toBe(4 * waitMs("judgedBad", 1, 0.5, rules));
  expect(waitMs("stalled", 30, 0, rules)).toBe(rules.backoffMaxMs / 2);
});

test("what failed before a person asked for a retry does not count against its first attempt", () => {
  const anew = { attempt: 4, left: rules.attemptsMax - 1 };
  const told = { failure: red, before: red, now: noon, chance: 0 };
  expect(retryOrFail(anew, told, rules)).toMatchObject({ at: "pending", attempt: 5 });
});

test("evidence is compared without times, ids and places, and with its numbers", () => {
  const run = (took: string, id: string, place: string, failed: number) => ({
    kind: "judgedBad" as const,
    detail: `\u001b[31m${failed} failed\u001b[0m in ${took}\n at ${place}/src/a.js:3 (${id})`,
  });
  const first = run("1.23s", "0x7ffd12", "/tmp/work-abc1", 3);
  expect(isSameFailure(first, run("980 ms", "0x55aa", "/tmp/work-zzz9", 3))).toBe(true);
  expect(isSameFailure(first, run("1.23s", "0x7ffd12", "/tmp/work-abc1", 2))).toBe(false);
  expect(normalised("commit 3f2a91b at 2026-01-02T10:00:00Z")).toBe("commit <id> at <time>");
});

test("normalising is stable: what is normalised stays as it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(normalised(normalised(text))).toBe(normalised(text));
    }),
  );
});

test("whatever failed, there are never more attempts than are left", () => {
  const kinds = fc.constantFrom<FailureKind>("judgedBad", "stalled", "refused", "emptyChange");
  const drawn = fc.record({ kind: kinds, detail: fc.constantFrom("a", "b", "c") });
  fc.assert(
    fc.property(fc.nat({ max: 5 }), drawn, drawn, (left, failure, before) => {
      const state = retryOrFail(
        { attempt: 1, left },
        { failure, before, now: noon, chance: 0 },
        rules,
      );
      if (state.at === "pending") expect([state.left, left > 0]).toEqual([left - 1, true]);
      else expect(state.at).toBe("failed");
      if (failureClasses[failure.kind] === "final") expect(state.at).toBe("failed");
    }),
  );
});
