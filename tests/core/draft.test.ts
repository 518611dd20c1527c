import { expect, test } from "vitest";
import { openDraft } from "../../src/core/draft.ts";
import { later, taskId } from "../../src/core/ids.ts";
import { newProject } from "../../src/core/project.ts";
import { defaultRetryRules as rules } from "../../src/core/retry.ts";
import { events, holder, states } from "../support/machine.ts";
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
  const project = { ...newProject, failuresInARow: rules.failuresMax - 1 };
  const failing = draftOn({ ...states.working, left: 0 }, { project });
  failing.tell(aTaskId, events["work.failed"]);
  const why = expect.stringMatching(/^5 tasks in a row failed: .*"Round prices half up" \(/);
  expect(failing.project().mode).toMatchObject({ at: "paused", by: "patrol", why });
  const landing = draftOn(states.merging, { project });
  landing.tell(aTaskId, events["merge.landed"]);
  expect(landing.project()).toMatchObject({ mode: { at: "active" }, failuresInARow: 0 });
});

test("a pause names the last failures; once resumed, one failure more does not pause again", () => {
  const draft = openDraft(aView({ tasks: [], cycles: [] }), { ...rules, failuresMax: 2 });
  const failed = (what: string) =>
    draft.tellProject({ type: "project.failed", what, max: 2, now: noon });
  failed("one");
  expect(draft.project().mode).toEqual({ at: "active" });
  failed("two");
  const why = "2 tasks in a row failed: one; two";
  expect(draft.project().mode).toMatchObject({ at: "paused", by: "patrol", why, until: null });
  draft.tellProject({ type: "project.resumed" });
  failed("three");
  expect(draft.project()).toMatchObject({ mode: { at: "active" }, failures: ["three"] });
  failed("four");
  expect(draft.project().mode).toMatchObject({
    at: "paused",
    why: expect.stringContaining("four"),
  });
});

test("too many plannings that fail in a row pause the project; one that is planned starts anew", () => {
  const planning = aCycle({ state: { at: "planning", token: holder, tries: 0 } });
  const project = { ...newProject, plansFailedInARow: rules.failuresMax - 1 };
  const failing = openDraft(aView({ cycles: [planning], project }), rules);
  const told = { token: holder, costUsd: 0.1 };
  failing.tellCycle(planning.id, { type: "cycle.failed", why: "no plan", now: noon, ...told });
  const why = "5 plannings in a row failed: no plan";
  expect(failing.project().mode).toMatchObject({ at: "paused", by: "patrol", why });
  const planned = openDraft(aView({ cycles: [planning], project }), rules);
  const plan = { type: "cycle.planned", plan: null, refused: [], tasks: [], ...told } as const;
  planned.tellCycle(planning.id, plan);
  expect(planned.project()).toMatchObject({ mode: { at: "active" }, plansFailedInARow: 0 });
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
