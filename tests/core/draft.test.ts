import { expect, test } from "vitest";
import { openDraft } from "../../src/core/draft.ts";
import { later, taskId } from "../../src/core/ids.ts";
import { failuresMax, newProject } from "../../src/core/project.ts";
import { defaultRetryRules as rules } from "../../src/core/retry.ts";
import { events, states } from "../support/machine.ts";
import { aCycle, aTask, aTaskId, noon } from "../support/records.ts";
import { aView, only, taskIn } from "../support/views.ts";

const draftOn = (state: (typeof states)[keyof typeof states], more = {}) =>
  openDraft(aView({ tasks: [aTask({ state })], ...more }), rules);

test("each event sees what the ones before it did", () => {
  const draft = draftOn(states.pending);
  expect(draft.tell(aTaskId, events["work.started"])).toBe("moved");
  expect(draft.tell(aTaskId, events["work.submitted"])).toBe("moved");
  expect(draft.task(aTaskId)).toMatchObject({ version: 2, state: { at: "submitted" } });
});

test("a task that moves to another queue leaves the old one and is sent to the new", () => {
  const draft = draftOn(states.working);
  draft.tell(aTaskId, events["work.submitted"]);
  expect(only(draft.changes(), "withdraw").map(({ queue }) => queue)).toEqual(["work"]);
  expect(only(draft.changes(), "send").map(({ job }) => job.queue)).toEqual(["judge"]);
});

test("landings wait for each other, other jobs do not", () => {
  const approved = draftOn(states.judging);
  approved.tell(aTaskId, events["judge.passed"]);
  expect(only(approved.changes(), "send")[0]?.job).toMatchObject({ queue: "merge", key: "merge" });
  const submitted = draftOn(states.working);
  submitted.tell(aTaskId, events["work.submitted"]);
  expect(only(submitted.changes(), "send")[0]?.job.key).toBeNull();
});

test("what is stale or refused writes nothing", () => {
  const draft = draftOn(states.pending);
  expect(draft.tell(aTaskId, events["work.submitted"])).toBe("stale");
  expect(draft.tell(aTaskId, events["task.approved"])).toBe("refused");
  expect(draft.changes()).toEqual([]);
});

test("a failure is kept as evidence for the next attempt; an answer joins the task", () => {
  const failed = draftOn(states.judging);
  failed.tell(aTaskId, events["judge.failed"]);
  expect(taskIn(failed.changes())?.lastFailure).toEqual(events["judge.failed"].failure);
  const rejected = draftOn(states.held);
  rejected.tell(aTaskId, events["task.rejected"]);
  expect(taskIn(rejected.changes())?.lastFailure).toEqual({ kind: "rejected", detail: "not so" });
  const answered = draftOn(states.blocked);
  answered.tell(aTaskId, events["task.answered"]);
  const answer = { question: "Which?", answer: "the first" };
  expect(taskIn(answered.changes())?.answers).toEqual([answer]);
});

test("too many failed tasks in a row pause the project; one that lands starts the count anew", () => {
  const project = { ...newProject, failuresInARow: failuresMax - 1 };
  const failing = draftOn({ ...states.working, left: 0 }, { project });
  failing.tell(aTaskId, events["work.failed"]);
  expect(failing.project().mode).toMatchObject({ at: "paused", by: "patrol" });
  const landing = draftOn(states.merging, { project });
  landing.tell(aTaskId, events["merge.landed"]);
  expect(landing.project()).toMatchObject({ mode: { at: "active" }, failuresInARow: 0 });
});

test("a task that is created is in the log, in the ledger, and in its queue", () => {
  const draft = openDraft(aView(), rules);
  const rests = aTask({ state: { ...states.pending, notBefore: later(noon, 500) } });
  draft.create(rests);
  expect(draft.changes().map(({ kind }) => kind)).toEqual(["task", "event", "send"]);
  expect(only(draft.changes(), "send")[0]?.job.runAt).toBe(noon + 500);
});

test("a cycle's events are written where they apply; a task that the view lacks is a bug", () => {
  const draft = openDraft(aView({ cycles: [aCycle()] }), rules);
  const joined = { type: "cycle.joined", task: aTaskId } as const;
  expect(draft.tellCycle(aCycle().id, joined)).toBe(true);
  expect(draft.tellCycle(aCycle().id, joined)).toBe(false);
  expect(only(draft.changes(), "cycle")).toHaveLength(1);
  expect(() => draft.tell(taskId("zzzzzzzzzzzz"), events["task.skipped"])).toThrow(/lacks task/);
});
