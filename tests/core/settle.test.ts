import { describe, expect, test } from "vitest";
import { later, taskId, token } from "../../src/core/ids.ts";
import type { Change, View } from "../../src/core/ledger.ts";
import { newProject, type Project } from "../../src/core/project.ts";
import type { Reservation } from "../../src/core/records.ts";
import { defaultRetryRules } from "../../src/core/retry.ts";
import { restsMs, settle } from "../../src/core/settle.ts";
import { states } from "../support/machine.ts";
import { aCycle, aCycleId, aTask, aTaskId, noon } from "../support/records.ts";
import { aJob, aView, live, only } from "../support/views.ts";

const settled = (view: Partial<View>): readonly Change[] =>
  settle(aView(view), defaultRetryRules).changes;

const cycle = aCycle({ tasks: [aTaskId] });
const ended = (changes: readonly Change[]) => {
  const state = only(changes, "cycle").at(-1)?.cycle.state;
  return state?.at === "completed" ? state.outcome : null;
};
const paused = (until: number | null): Project => ({
  ...newProject,
  mode: {
    ...{ at: "paused", by: "limit", why: "5-hour limit", since: noon },
    until: until === null ? null : later(noon, until),
  },
});

test("each runnable state has its job, sent again where it was lost", () => {
  const wanted = { pending: "work", submitted: "judge", conflicted: "resolve", unsettled: "merge" };
  for (const [at, queue] of Object.entries(wanted)) {
    const state = states[at as keyof typeof wanted];
    expect(only(settled({ tasks: [aTask({ state })] }), "send")[0]?.job.queue).toBe(queue);
    const jobs = [aJob({ queue: queue as "work" })];
    expect(only(settled({ tasks: [aTask({ state })], jobs }), "send")).toEqual([]);
  }
  for (const at of ["working", "blocked", "held", "done", "failed"] as const)
    expect(only(settled({ tasks: [aTask({ state: states[at] })] }), "send")).toEqual([]);
  const queued = aCycle({ state: { at: "queued" } });
  expect(only(settled({ cycles: [queued] }), "send")[0]?.job.queue).toBe("cycle");
});

test("a pause that has run out ends by itself, another one does not", () => {
  const modes = (project: Project) =>
    only(settled({ project }), "project").map((each) => each.project.mode.at);
  expect(modes(paused(0))).toEqual(["active"]);
  expect(modes(paused(1))).toEqual([]);
  expect(modes(paused(null))).toEqual([]);
});

test("money of a delivery that holds nothing any more counts as spent, after a while", () => {
  const each: Reservation = {
    ...{ token: token(7), role: "worker", task: aTaskId, cycle: aCycleId, day: "2026-01-02" },
    ...{ amountUsd: 0.5, settledUsd: null, at: noon },
  };
  const after = (ms: number, view: Partial<View> = {}) => {
    const now = later(noon, ms);
    const asked = settle(aView({ reservations: [each], now, ...view }), defaultRetryRules);
    const [change] = only(asked.changes, "reservation");
    return [change?.reservation.settledUsd, asked.answer === null ? null : asked.answer - noon];
  };
  const tenMinutes = 600_000;
  expect(after(tenMinutes - 1)).toEqual([undefined, tenMinutes]);
  expect(after(tenMinutes)[0]).toBe(0.5);
  const holding = aTask({ state: { ...states.working, token: token(7) } });
  expect(after(tenMinutes, { tasks: [holding] })).toEqual([undefined, null]);
  expect(after(tenMinutes, { jobs: [aJob({ state: live(7) })] })).toEqual([undefined, null]);
});

test("what rests says when the clock alone may wake it", () => {
  const until = (view: Partial<View>) => settle(aView(view), defaultRetryRules).answer;
  expect(until({})).toBeNull();
  expect(
    until({ tasks: [aTask()], jobs: [aJob()], cycles: [aCycle({ state: { at: "queued" } })] }),
  ).toBeNull();
  expect(until({ project: paused(5_000) })).toBe(later(noon, 5_000));
  expect(until({ project: paused(null) })).toBeNull();
  // due times, and the lives of others, decide about a running cycle
  expect(until({ cycles: [cycle] })).toBe(noon);
});

describe("a cycle is over", () => {
  test("when its tasks are over, and counts what came of them", () => {
    const failed = aTask({ id: taskId("bbbbbbbbbbbb"), state: states.failed });
    const foreign = aTask({ id: taskId("dddddddddddd"), state: states.done });
    const tasks = [aTask({ state: states.done }), failed, foreign];
    const outcome = ended(settled({ tasks, cycles: [aCycle({ tasks: [aTaskId, failed.id] })] }));
    expect(outcome).toEqual({
      ...{ landed: 1, reported: 0, failed: 1, skipped: 0, waiting: 0, leftOver: 0, cutShort: null },
    });
  });

  test("when what is left waits for a person", () => {
    const tasks = [aTask({ state: states.held })];
    expect(ended(settled({ tasks, cycles: [cycle] }))).toMatchObject({
      waiting: 1,
      cutShort: null,
    });
    const parked = [aTask({ state: { ...states.approved, parked: "local edits" } })];
    const jobs = [aJob({ queue: "merge", runAt: later(noon, 1_000) })];
    expect(ended(settled({ tasks: parked, jobs, cycles: [cycle] }))).toMatchObject({ waiting: 1 });
  });

  test("when what is left rests for longer than a minute", () => {
    const resting = (ms: number) => ({
      tasks: [aTask({ state: { ...states.pending, notBefore: later(noon, ms) } })],
      jobs: [aJob({ runAt: later(noon, ms) })],
      cycles: [cycle],
    });
    expect(ended(settled(resting(restsMs + 1)))).toMatchObject({ leftOver: 1 });
    expect(ended(settled(resting(restsMs)))).toBeNull();
  });

  test("when the money is spent, and says so", () => {
    const waitsFor = "budget: the cycle's cap, $1.00, has $1.00 spent or reserved";
    const jobs = [aJob({ state: { at: "queued", waitsFor } })];
    const outcome = ended(settled({ tasks: [aTask()], jobs, cycles: [cycle] }));
    expect(outcome).toMatchObject({ leftOver: 1, cutShort: waitsFor });
  });

  test("when the project was paused, once what runs has ended", () => {
    const view = { tasks: [aTask()], jobs: [aJob()], cycles: [cycle], project: paused(null) };
    expect(ended(settled(view))?.cutShort).toBe("paused by the limit: 5-hour limit");
    const working = aTask({ state: states.working });
    const busy = { ...view, tasks: [working], jobs: [aJob({ state: live() })] };
    expect(ended(settled(busy))).toBeNull();
  });

  test("not while anything can still be done", () => {
    const working = { tasks: [aTask({ state: states.working })], jobs: [aJob({ state: live() })] };
    for (const view of [{ tasks: [aTask()] }, { tasks: [aTask()], jobs: [aJob()] }, working])
      expect(ended(settled({ ...view, cycles: [cycle] }))).toBeNull();
  });

  test("when it planned nothing", () => {
    expect(ended(settled({ cycles: [aCycle()] }))).toMatchObject({ landed: 0, leftOver: 0 });
    const planning = aCycle({ id: aCycleId, state: { at: "queued" } });
    expect(ended(settled({ cycles: [planning] }))).toBeNull();
  });
});

test("G12: a pause lasts as long as it was to last when the clock goes back, and no longer", () => {
  const until = later(noon, 900_000);
  const mode = { at: "paused", by: "limit", why: "limit", since: noon, until } as const;
  const now = later(noon, -86_400_000);
  const view = aView({ now, project: { ...newProject, mode } });
  const [change] = only(settle(view, defaultRetryRules).changes, "project");
  expect(change?.project.mode).toEqual({ ...mode, since: now, until: later(now, 900_000) });
});

test("a cycle is not over while one of its tasks has not been looked at", () => {
  const done = aTask({ state: states.done });
  const other = taskId("unseen000001");
  const joined = aCycle({ tasks: [aTaskId, other] });
  expect(ended(settled({ cycles: [joined], tasks: [done] }))).toBeNull();
  const both = [done, { ...done, id: other }];
  expect(ended(settled({ cycles: [joined], tasks: both }))).toMatchObject({ landed: 2 });
});
