/** One limit over all projects: while the model cannot be had nobody asks it, then one tries. */
import type { Claimed, Invariant } from "./facts.ts";

/** G16: nothing that needs the model starts while all wait for it; afterwards one starts alone. */
export const limitHoldsAll: Invariant<Claimed> = {
  name: "the limit holds all",
  promise: "G16",
  check({ universe, known, row, token, limit: { mode } }) {
    const now = universe.time.now();
    if (row.job.queue === "merge" || mode.at === "clear") return null;
    if (mode.at === "waiting" && mode.until > now)
      return `${row.job.queue} starts ${mode.until - now} ms before the model can be had`;
    const after = universe.store.portfolio.limit.get("")?.mode;
    const mine = after?.at === "probing" ? after.probe : null;
    if (mine?.token === token && mine.project === known.land.name) return null;
    return `${row.job.queue} starts beside the one that tries whether the model answers`;
  },
};

/** G16: only one tries at a time, unless it is known to be lost or nothing was heard for long. */
export const oneTriesAlone: Invariant<Claimed> = {
  name: "one tries alone",
  promise: "G16",
  check({ universe, row, limit: { mode } }) {
    const { store, alive, time } = universe;
    if (row.job.queue === "merge" || mode.at !== "probing" || mode.until <= time.now()) return null;
    const { project, token } = mode.probe;
    const jobs = store.projects.get(project)?.jobs.values() ?? [];
    for (const { job, owner } of jobs) {
      // begun with the number that a death between two books left
      if (job.id === row.job.id) continue;
      if (job.state.at === "live" && job.state.token === token && alive.has(owner ?? ""))
        return `${row.job.queue} starts while delivery ${token} of ${project} tries`;
    }
    return null;
  },
};
