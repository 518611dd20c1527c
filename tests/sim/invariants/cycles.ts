/** Cycles: what they plan, and what they say came of it. */
import type { Task } from "../../../src/core/task.ts";
import type { Completed, Created, Invariant, Planned } from "./facts.ts";

/** The outcome counts each of the cycle's tasks once. */
export const outcomesAddUp: Invariant<Completed> = {
  name: "outcomes add up",
  promise: "G20",
  check({ data, cycle, outcome }) {
    const { landed, reported, failed, skipped, waiting, leftOver } = outcome;
    const sum = landed + reported + failed + skipped + waiting + leftOver;
    if (sum !== cycle.tasks.length)
      return `cycle ${cycle.id} has ${cycle.tasks.length} tasks and counts ${sum}`;
    const done = cycle.tasks.filter((id) => {
      const state = data.tasks.get(id)?.state;
      return state?.at === "done" && state.landed !== null;
    });
    return done.length === landed ? null : `${done.length} landed, the cycle says ${landed}`;
  },
};

/** A cycle is not over while anything of it is being done. */
export const completedAtRest: Invariant<Completed> = {
  name: "cycles end at rest",
  promise: "S1.2",
  check({ universe, data, cycle }) {
    for (const { job, owner } of data.jobs.values()) {
      if (job.state.at !== "live" || owner === null || !universe.alive.has(owner)) continue;
      if (job.subject.kind === "task" && cycle.tasks.includes(job.subject.task))
        return `cycle ${cycle.id} is over while ${job.queue} of ${job.subject.task} goes on`;
    }
    return null;
  },
};

/** A cycle that ends before its tasks says why. */
export const cutShortSaysWhy: Invariant<Completed> = {
  name: "what is cut short says why",
  promise: "S1.3",
  check({ universe, data, cycle, outcome }) {
    if (outcome.cutShort !== null) return null;
    const now = universe.time.now();
    for (const { job } of data.jobs.values()) {
      if (job.subject.kind !== "task" || job.state.at !== "queued") continue;
      const state = data.tasks.get(job.subject.task)?.state;
      const parked = state?.at === "approved" && state.parked !== null;
      if (!parked && job.runAt <= now)
        return `cycle ${cycle.id} is over, ${job.subject.task} waits`;
    }
    return null;
  },
};

/** A plan has no more tasks than there are workers. */
export const plansFit: Invariant<Planned> = {
  name: "plans fit",
  promise: "S2.1",
  check({ known, data, cycle }) {
    const mine = [...data.tasks.values()].filter((task) => task.cycle === cycle.id).length;
    const { workersMax } = known.land.rules.limits;
    return mine <= workersMax ? null : `${mine} tasks were planned for ${workersMax} workers`;
  },
};

const words = ({ brief }: Task): string =>
  `${brief.title} ${brief.description}`.toLowerCase().replace(/[^a-z0-9]+/g, " ");

/** G15: what exists, failed ones above all, is not planned again as it was. */
export const plansRepeatNothing: Invariant<Created> = {
  name: "plans repeat nothing",
  promise: "G15, S2.2",
  check({ data, task }) {
    if (task.cycle === null) return null;
    const same = words(task);
    for (const each of data.tasks.values())
      if (each.id !== task.id && words(each) === same)
        return `${task.id} is ${each.id} again, which is ${each.state.at}`;
    return null;
  },
};
