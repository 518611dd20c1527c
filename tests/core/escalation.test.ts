import { expect, test } from "vitest";
import { escalationOf, isLastResort } from "../../src/core/escalation.ts";
import { states } from "../support/machine.ts";
import { aTask } from "../support/records.ts";

test.each([
  ["auto", "haiku", "sonnet"],
  ["auto", "sonnet", "opus"],
  ["auto", "us.anthropic.claude-sonnet-4-5-v1:0", "opus"],
  ["auto", "opus", null],
  ["auto", "router/another", null],
  ["none", "sonnet", null],
  [null, "sonnet", null],
  ["opus", "haiku", "opus"],
  ["opus", "opus", null],
])("`%s` after %s is %s", (setting, model, wanted) => {
  expect(escalationOf(setting, model)).toBe(wanted);
});

test("only an attempt that is the last, after one that failed, is a last resort", () => {
  const lastFailure = { kind: "judgedBad", detail: "red" } as const;
  const state = { ...states.working, attempt: 3, left: 0 };
  expect(isLastResort(aTask({ state, lastFailure }))).toBe(true);
  expect(isLastResort(aTask({ state: { ...state, left: 1 }, lastFailure }))).toBe(false);
  expect(isLastResort(aTask({ state: { ...state, attempt: 1 } }))).toBe(false);
});
