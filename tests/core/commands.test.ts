import { describe, expect, test } from "vitest";
import { addTask, pause, requestCycle, resume, tellTask } from "../../src/core/commands.ts";
import { cycleId, taskId } from "../../src/core/ids.ts";
import { fingerprint } from "../../src/core/plan.ts";
import { newProject } from "../../src/core/project.ts";
import { defaultRetryRules as rules } from "../../src/core/retry.ts";
import { events, states } from "../support/machine.ts";
import { aBrief, aCycle, aCycleId, anAttempt, aTask, aTaskId, noon } from "../support/records.ts";
import { aJob, aReservation, aView, live, only, taskIn } from "../support/views.ts";

const running = aCycle();
const queued = aCycle({ state: { at: "queued" }, requestedBy: "schedule" });
const other = cycleId("eeeeeeeeeeee");

describe("a task that a person adds", () => {
  test("joins the cycle that is running, with all attempts", () => {
    const { changes, answer } = addTask(aView({ cycles: [running] }), aTaskId, aBrief(), rules);
    expect(answer).toEqual({ kind: "done" });
    expect(taskIn(changes)).toMatchObject({ cycle: null, state: { attempt: 1, left: 2 } });
    expect(only(changes, "cycle")[0]?.cycle.tasks).toEqual([aTaskId]);
  });

  test("is refused while the same one is open, and taken once that is over", () => {
    const known = (became: "open" | "done") =>
      new Map([[fingerprint(aBrief()), { became, task: aTaskId }]]);
    const twice = addTask(aView({ known: known("open") }), aTaskId, aBrief(), rules);
    const why = expect.stringContaining(`is open already: ${aTaskId}`);
    expect(twice).toEqual({ changes: [], answer: { kind: "refused", why } });
    const again = addTask(aView({ known: known("done") }), aTaskId, aBrief(), rules);
    expect(again.answer).toEqual({ kind: "done" });
  });
});

describe("what a person tells a task", () => {
  const told = (at: keyof typeof states, type: keyof typeof events, view = {}) =>
    tellTask(
      aView({ tasks: [aTask({ state: states[at] })], ...view }),
      aTaskId,
      events[type],
      rules,
    );

  test("is done where its state allows it", () => {
    for (const [at, type] of [
      ...([
        ["pending", "task.skipped"],
        ["failed", "task.retried"],
      ] as const),
      ...([
        ["blocked", "task.answered"],
        ["held", "task.approved"],
      ] as const),
      ...([
        ["held", "task.rejected"],
        ["done", "task.reverted"],
      ] as const),
    ])
      expect([at, type, told(at, type).answer.kind]).toEqual([at, type, "done"]);
  });

  test("is refused in words where it does not, and changes nothing", () => {
    const { answer, changes } = told("merging", "task.skipped");
    expect(changes).toEqual([]);
    expect(answer).toMatchObject({ why: expect.stringContaining("the task is merging") });
    const none = tellTask(aView(), taskId("zzzzzzzzzzzz"), events["task.skipped"], rules);
    expect(none.answer).toEqual({ kind: "refused", why: "there is no task zzzzzzzzzzzz" });
  });

  test("brings a task back into the cycle that is running", () => {
    const { changes } = told("failed", "task.retried", { cycles: [running] });
    expect(only(changes, "cycle")[0]?.cycle.tasks).toEqual([aTaskId]);
    expect(taskIn(changes)?.state).toMatchObject({ at: "pending", attempt: 2, left: 2 });
  });
});

describe("a cycle that is asked for", () => {
  test("is the one under way, where there is one", () => {
    for (const by of ["person", "schedule"] as const)
      expect(requestCycle(aView({ cycles: [running] }), other, by, 0)).toEqual({
        ...{ changes: [], answer: aCycleId },
      });
  });

  test("by the schedule is asked for once; a person's own goes beside one that is only due", () => {
    const view = aView({ cycles: [queued] });
    expect(requestCycle(view, other, "schedule", 0).answer).toBe(aCycleId);
    const asked = requestCycle(view, other, "person", 0);
    expect(asked.answer).toBe(other);
    expect(only(asked.changes, "send")[0]?.job).toMatchObject({ runAt: noon, priority: 1 });
    const own = aView({ cycles: [queued, { ...queued, id: other, requestedBy: "person" }] });
    expect(requestCycle(own, cycleId("cyclecyclecy"), "person", 0).answer).toBe(other);
    const due = requestCycle(aView(), other, "schedule", 60_000);
    expect(only(due.changes, "send")[0]?.job).toMatchObject({ runAt: noon + 60_000, priority: 0 });
  });
});

test("a pause is the person's until they end it, also where it was somebody else's before", () => {
  const since = { since: noon, until: null, why: "5 failures" };
  const byPatrol = { ...newProject, mode: { at: "paused", by: "patrol", ...since } } as const;
  const paused = pause(aView({ project: byPatrol }), "lunch", rules);
  const project = only(paused.changes, "project")[0]?.project ?? newProject;
  expect(project.mode).toMatchObject({ at: "paused", by: "person", why: "lunch" });
  expect(pause(aView({ project }), "again", rules).answer.kind).toBe("refused");
  const resumed = resume(aView({ project }), rules);
  expect(only(resumed.changes, "project")[0]?.project.mode.at).toBe("active");
  expect(resume(aView(), rules).answer.kind).toBe("refused");
});

describe("a task that is skipped while a delivery of it stands in the books", () => {
  const running = anAttempt({ endedAt: null, outcome: { kind: "running" } });
  const skipped = (state: ReturnType<typeof live>) => {
    const view = {
      tasks: [aTask({ state: states.working })],
      attempts: [running],
      reservations: [aReservation(), aReservation({ task: taskId("bbbbbbbbbbbb") })],
      jobs: [aJob({ state })],
    };
    return tellTask(aView(view), aTaskId, { type: "task.skipped", reason: "enough" }, rules);
  };

  test("whose owner is dead has its money counted as spent, and its attempt closed", () => {
    const { changes } = skipped({ at: "queued", waitsFor: null });
    expect(
      only(changes, "reservation").map(({ reservation: { task, settledUsd } }) => [
        task,
        settledUsd,
      ]),
    ).toEqual([[aTaskId, 0.5]]);
    expect(only(changes, "attempt")[0]?.attempt).toMatchObject({
      endedAt: noon,
      outcome: { kind: "released" },
    });
  });

  test("whose owner lives is left to tell what it cost", () => {
    const { changes } = skipped(live());
    expect(only(changes, "reservation")).toEqual([]);
    expect(only(changes, "attempt")).toEqual([]);
  });
});
