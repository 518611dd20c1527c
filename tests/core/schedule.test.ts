import { describe, expect, test } from "vitest";
import { planningTriesMax } from "../../src/core/cycle.ts";
import { cycleId, later, taskId, token } from "../../src/core/ids.ts";
import type { Admission, Job, PortfolioView, View } from "../../src/core/ledger.ts";
import { unspent } from "../../src/core/metered.ts";
import { newProject, type Project } from "../../src/core/project.ts";
import type { Reservation } from "../../src/core/records.ts";
import { defaultRetryRules } from "../../src/core/retry.ts";
import { admitBy, type Limits } from "../../src/core/schedule.ts";
import { states } from "../support/machine.ts";
import { aCycle, aCycleId, aTask, aTaskId, noon } from "../support/records.ts";
import { aJob, aView, limits, live, only, quiet, taskIn } from "../support/views.ts";

const next = token(9);
const running = aCycle({ tasks: [aTaskId] });
const other = { kind: "task", task: taskId("bbbbbbbbbbbb") } as const;
const paused = (until: number | null): Project => ({
  ...newProject,
  mode: {
    ...{ at: "paused", by: "person", why: "lunch", since: noon },
    until: until === null ? null : later(noon, until),
  },
});

interface Asked {
  readonly view?: Partial<View>;
  readonly portfolio?: Partial<PortfolioView>;
  readonly job?: Partial<Job>;
  readonly limits?: Partial<Limits>;
}

const ask = (asked: Asked = {}): Admission =>
  admitBy(limits(asked.limits))(
    aView({ tasks: [aTask()], cycles: [running], ...asked.view }),
    { ...quiet, ...asked.portfolio },
    aJob(asked.job),
    next,
  );

const why = (admission: Admission): string =>
  admission.kind === "later" ? admission.why : `it would ${admission.kind}`;

const reservation = (changes: Partial<Reservation> = {}): Reservation => ({
  token: token(7),
  role: "worker",
  task: aTaskId,
  cycle: aCycleId,
  day: "2026-01-02",
  amountUsd: 0.5,
  settledUsd: null,
  at: noon,
  ...changes,
});

test("a task starts with the delivery's token and its money set aside", () => {
  const admitted = ask();
  expect(admitted.kind).toBe("start");
  const changes = admitted.kind === "start" ? admitted.changes : [];
  expect(taskIn(changes)?.state).toMatchObject({ at: "working", token: next });
  expect(only(changes, "reservation")[0]?.reservation).toMatchObject({
    ...{ token: next, role: "worker", amountUsd: 0.5, settledUsd: null, cycle: aCycleId },
  });
  expect(only(changes, "send")).toEqual([]);
});

describe("a job waits, and says for what", () => {
  test("for a pause to end", () => {
    expect(why(ask({ view: { project: paused(null) } }))).toBe("pause: paused by a person: lunch");
    expect(why(ask({ view: { project: paused(1) } }))).toMatch(/^pause:/);
    expect(ask({ view: { project: paused(0) } }).kind).toBe("start");
  });

  test("for a cycle, where it would begin work", () => {
    expect(why(ask({ view: { cycles: [] } }))).toMatch(/^cycle:/);
    const tasks = [aTask({ state: states.submitted })];
    expect(ask({ view: { cycles: [], tasks }, job: { queue: "judge" } }).kind).toBe("start");
  });

  test("for a slot of the project: workers and resolutions share them, judges have their own", () => {
    const busy = (queue: Job["queue"]) => [
      aJob({ queue, subject: other, state: live() }),
      aJob({ queue, subject: { kind: "task", task: taskId("dddddddddddd") }, state: live() }),
    ];
    expect(why(ask({ view: { jobs: busy("work") } }))).toBe("slot: 2 of 2 slots are taken");
    expect(why(ask({ view: { jobs: busy("resolve") } }))).toMatch(/^slot:/);
    expect(ask({ view: { jobs: busy("judge") } }).kind).toBe("start");
    expect(ask({ view: { jobs: busy("work") }, limits: { workersMax: 3 } }).kind).toBe("start");
    const judged = { tasks: [aTask({ state: states.submitted })], jobs: busy("judge") };
    expect(why(ask({ view: judged, job: { queue: "judge" } }))).toMatch(/^slot:/);
  });

  test("its own lost lease takes no slot", () => {
    const view = { tasks: [aTask({ state: states.working })], jobs: [aJob({ state: live() })] };
    expect(ask({ view, limits: { workersMax: 1 } }).kind).toBe("start");
  });

  test("for a worker of the portfolio; judges do not count", () => {
    const most = { portfolioWorkersMax: 4 };
    const asked = { portfolio: { workersLive: 4 }, limits: most };
    expect(why(ask(asked))).toMatch(/portfolio's 4 workers/);
    const tasks = [aTask({ state: states.submitted })];
    expect(ask({ ...asked, view: { tasks }, job: { queue: "judge" } }).kind).toBe("start");
    expect(ask({ portfolio: { workersLive: 3 }, limits: most }).kind).toBe("start");
  });

  test("for money", () => {
    const caps = { cycleUsd: null, dayUsd: 1, portfolioDayUsd: null };
    const spent = {
      cycle: { settledUsd: 0, reservedUsd: 0 },
      everywhere: { settledUsd: 0, reservedUsd: 0 },
      today: { settledUsd: 0.6, reservedUsd: 0.35 },
    };
    expect(why(ask({ view: { spent }, limits: { caps } }))).toMatch(
      /^budget: the project's cap for today, \$1\.00, has \$0\.95 spent or reserved; the session w/,
    );
  });

  test("merging needs no money, and no slot", () => {
    const caps = { cycleUsd: 0, dayUsd: 0, portfolioDayUsd: 0 };
    const tasks = [aTask({ state: states.approved })];
    const asked = { view: { tasks }, job: { queue: "merge" }, limits: { caps } } as const;
    expect(ask(asked).kind).toBe("start");
  });
});

describe("a delivery whose holder was lost", () => {
  test("counts the lease as lost, settles its money in full, and starts again", () => {
    const view = { tasks: [aTask({ state: states.working })], reservations: [reservation()] };
    const admitted = ask({ view });
    expect(admitted.kind).toBe("start");
    const changes = admitted.kind === "start" ? admitted.changes : [];
    const said = only(changes, "event").map(({ event }) => event.event.type);
    expect(said).toEqual(["lease.expired", "work.started"]);
    expect(taskIn(changes)?.state).toMatchObject({ at: "working", tries: 1, token: next });
    const settled = only(changes, "reservation").map(({ reservation: each }) => each);
    expect(settled[0]).toMatchObject({ token: 7, settledUsd: 0.5 });
    expect(only(changes, "send")).toEqual([]);
  });

  test("is in nobody's way: what it did not use is free, what it did counts once", () => {
    const usage = { model: "m", inputTokens: 1, outputTokens: 1, cacheReadTokens: 0 };
    const open = [{ number: 2, worstUsd: 0.1 }];
    const metered = { ...unspent(0.5, 0), requests: 2, open };
    const lost = reservation({
      metered: { ...metered, usage: [{ ...usage, cacheWriteTokens: 0, costUsd: 0.2 }] },
    });
    const counted = { settledUsd: 0, reservedUsd: 0.5 };
    const spent = { today: counted, cycle: counted, everywhere: counted };
    const admitted = ask({
      view: { tasks: [aTask({ state: states.working })], reservations: [lost], spent },
      portfolio: { today: counted },
      // what the lost one had set aside fills them all
      limits: { metered: true, caps: { cycleUsd: 0.6, dayUsd: 0.6, portfolioDayUsd: 0.6 } },
    });
    const changes = admitted.kind === "start" ? admitted.changes : [];
    const [settled, own] = only(changes, "reservation").map((each) => each.reservation);
    expect(settled?.settledUsd).toBeCloseTo(0.3, 9);
    // the rest of the session's cap; all of it would pass the caps
    expect(own?.amountUsd).toBeCloseTo(0.2, 9);
    expect(own?.metered?.capUsd).toBeCloseTo(0.5, 9);
  });

  test("is dropped when no tries are left, and the task has failed", () => {
    const tasks = [aTask({ state: { ...states.working, tries: defaultRetryRules.lossesMax - 1 } })];
    const admitted = ask({ view: { tasks } });
    expect(admitted.kind).toBe("drop");
    const changes = admitted.kind === "drop" ? admitted.changes : [];
    expect(taskIn(changes)?.state).toMatchObject({ at: "failed", failure: { kind: "workerLost" } });
  });

  test("keeps the loss in writing where there is no money to go on", () => {
    const caps = { cycleUsd: null, dayUsd: 0, portfolioDayUsd: null };
    const admitted = ask({
      view: { tasks: [aTask({ state: states.working })] },
      limits: { caps },
    });
    expect(admitted.kind).toBe("drop");
    const changes = admitted.kind === "drop" ? admitted.changes : [];
    expect(taskIn(changes)?.state).toMatchObject({ at: "pending", tries: 1 });
    expect(only(changes, "send")).toHaveLength(1);
  });

  test("of a merge goes through unsettled to merging and nowhere else", () => {
    const tasks = [aTask({ state: { ...states.merging, tries: 50 } })];
    const admitted = ask({ view: { tasks }, job: { queue: "merge" } });
    const changes = admitted.kind === "start" ? admitted.changes : [];
    const said = only(changes, "event").map(({ event }) => event.event.type);
    expect(said).toEqual(["lease.expired", "merge.started"]);
    expect(taskIn(changes)?.state).toMatchObject({ at: "merging", tries: 51 });
  });

  test("an unsettled task is merged and never worked on or judged", () => {
    const tasks = [aTask({ state: states.unsettled })];
    for (const queue of ["work", "judge", "resolve"] as const)
      expect(ask({ view: { tasks }, job: { queue } }).kind).toBe("drop");
    expect(ask({ view: { tasks }, job: { queue: "merge" } }).kind).toBe("start");
  });
});

describe("a cycle", () => {
  const queued = aCycle({ state: { at: "queued" }, startedAt: null });
  const job = { queue: "cycle", subject: { kind: "cycle", cycle: aCycleId } } as const;

  test("starts with its planner's money set aside", () => {
    const admitted = ask({ view: { cycles: [queued] }, job });
    const changes = admitted.kind === "start" ? admitted.changes : [];
    expect(only(changes, "cycle")[0]?.cycle.state).toMatchObject({ at: "planning", token: next });
    expect(only(changes, "reservation")[0]?.reservation.role).toBe("planner");
  });

  test("waits its turn while another is under way", () => {
    const other = aCycle({ id: cycleId("eeeeeeeeeeee") });
    expect(why(ask({ view: { cycles: [queued, other] }, job }))).toMatch(/^turn: cycle eeee/);
  });

  test("whose planner is lost is planned again, and fails after the last time", () => {
    const planning = (tries: number) =>
      aCycle({ state: { at: "planning", token: token(7), tries } });
    const again = ask({ view: { cycles: [planning(0)], reservations: [reservation()] }, job });
    const changes = again.kind === "start" ? again.changes : [];
    expect(only(changes, "cycle").at(-1)?.cycle.state).toMatchObject({ tries: 1, token: next });
    const last = ask({ view: { cycles: [planning(planningTriesMax - 1)] }, job });
    expect(last.kind).toBe("drop");
    const said = last.kind === "drop" ? only(last.changes, "cycle") : [];
    expect(said[0]?.cycle.state).toMatchObject({ at: "failed" });
  });

  test("whose own cap is used up before it is planned fails, and says so", () => {
    const cycle = { settledUsd: 1, reservedUsd: 0 };
    const spent = { today: quiet.today, cycle, everywhere: quiet.today };
    const capped = { caps: { cycleUsd: 1, dayUsd: null, portfolioDayUsd: null } };
    for (const state of [
      { at: "queued" },
      { at: "planning", token: token(7), tries: 0 },
    ] as const) {
      const asked = ask({ view: { cycles: [aCycle({ state })], spent }, job, limits: capped });
      const said = asked.kind === "drop" ? only(asked.changes, "cycle").at(-1)?.cycle.state : null;
      expect(said).toMatchObject({ at: "failed", why: expect.stringContaining("cycle's cap") });
    }
  });

  test("that is over, or gone, is dropped", () => {
    for (const cycles of [[], [running]]) expect(ask({ view: { cycles }, job }).kind).toBe("drop");
  });
});
