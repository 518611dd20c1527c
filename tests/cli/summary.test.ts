/** What is said of a cycle's tasks: which gate stopped them, and when what is open goes on. */
import { expect, test } from "vitest";
import { paintFor } from "../../src/cli/render/paint.ts";
import { renderReport } from "../../src/cli/render/summary.ts";
import { type CheckRun, compare } from "../../src/core/checks.ts";
import type { Cycle } from "../../src/core/cycle.ts";
import type { FailureKind } from "../../src/core/failure.ts";
import type { TaskRecord } from "../../src/ports/engine.ts";
import { aCheck, aCycle, aTask, aVerdict, pending } from "../support/records.ts";

const paint = paintFor(false);
const outcome = { landed: 0, reported: 0, failed: 1, skipped: 0, waiting: 0, leftOver: 0 };
const over = { at: "completed", outcome: { ...outcome, cutShort: null } } as const;

function report(changes: Partial<TaskRecord>, state: Cycle["state"] = over) {
  const project = { name: "shop", path: "/shop" } as never; // nothing else of it is told
  const record = {
    task: aTask(),
    attempts: [],
    verdicts: [],
    landings: [],
    decisions: [],
    job: null,
    costUsd: 0,
    lostUsd: 0,
  };
  return {
    project,
    cycle: aCycle({ state }),
    tasks: [{ ...record, ...changes }],
    costUsd: 0,
    alsoLanded: [],
    trail: "/shop/plan.md",
    outlook: null,
  };
}

const failed = (kind: FailureKind, detail: string, names: readonly string[] = []) => {
  const introduced = names.map((name) => ({ name, message: "" }));
  const checks = [aCheck({ decision: "fail", introduced })];
  const task = aTask({ state: { at: "failed", attempt: 1, failure: { kind, detail } } });
  return report({ task, verdicts: [aVerdict({ decision: "fail", checks })] });
};

const run = (code: number, failures: readonly string[]): CheckRun => ({
  name: "test",
  command: "npm test",
  ended: { kind: "exited", code },
  results: {
    kind: "named",
    runner: "tap",
    failures: failures.map((name) => ({ name, message: "" })),
    passed: 12,
    failed: failures.length,
    skipped: 0,
  },
  outputTail: "",
  durationMs: 1,
});

test("red checks are told as such, with the first of the tests that fail anew", () => {
  const { why } = compare(run(1, ["a", "b"]), run(0, []));
  const text = renderReport(failed("checksRed", `the check test ${why}`, ["a", "b"]), paint);
  expect(text).toContain(
    "the checks did not pass: the check test is red: exit code 1, 2 failed, 12 passed; the " +
      "base is green\n" +
      "             new failures: a, b\n",
  );
  const many = failed("checksRed", "red", ["a", "b", "c", "d", "e"]);
  expect(renderReport(many, paint)).toContain("new failures: a, b, c and 2 more\n");
  expect(compare(run(0, []), null).why).toBe("is green: 12 tests passed");
});

test("the scope and the reading are told as such, and not as checks", () => {
  const scope = renderReport(failed("outOfScope", "it changes files", ["a"]), paint);
  expect(scope).toContain("it went beyond its scope: it changes files\n");
  const reading = renderReport(failed("judgedBad", "it cuts off"), paint);
  expect(reading).toContain("the judge's reading rejected it: it cuts off\n");
  for (const text of [scope, reading]) expect(text).not.toContain("new failures");
});

test("what is open goes on with its cycle where that was interrupted, and else in the next", () => {
  const task = aTask({ state: pending });
  const ended = renderReport(report({ task }), paint);
  expect(ended).toContain("left over  aaaaaaaaaaaa");
  expect(ended).toContain("is pending; goes on in the next cycle");
  const stopped = renderReport(report({ task }, { at: "running" }), paint);
  expect(stopped).toContain("is not over: the next `orch run` or `orch start` goes on");
  expect(stopped).toContain("stopped    aaaaaaaaaaaa");
  expect(stopped).toContain("is pending; goes on when its cycle does");
  expect(stopped).not.toContain("next cycle");
  const handed = renderReport(report({ task }, { at: "running" }), paint, "daemon");
  expect(handed).toContain("cycle cccccccccccc is under way\n");
  expect(handed).toContain("open       aaaaaaaaaaaa");
});

test("a refused title that ends like a sentence is told without a second end", () => {
  const refused = [{ title: "Do it all.", why: "it is too big" }];
  const { cycle, ...rest } = report({});
  const text = renderReport({ ...rest, cycle: { ...cycle, refused } }, paint);
  expect(text).toContain("refused    Do it all: it is too big\n");
});
