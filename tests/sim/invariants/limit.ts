/** One limit over all projects: while the model cannot be had nobody asks it, then one tries. */
import type { LimitMode } from "../../../src/core/limit.ts";
import type { Claimed, Invariant, Writing } from "./facts.ts";

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

/** G16: once a session has reported when the vendor lets others start, nobody starts before. */
export const vendorIsBelieved: Invariant<Claimed> = {
  name: "the vendor is believed",
  promise: "G16",
  check({ universe, row, toldUntil }) {
    const ms = toldUntil - universe.time.now();
    if (row.job.queue === "merge" || ms <= 0) return null;
    return `${row.job.queue} starts ${ms} ms before the vendor lets it`;
  },
};

/** What a decision makes of the limit, beside what it was; null where it leaves it. */
function stepOf({ universe, changes }: Writing): readonly [LimitMode, LimitMode] | null {
  const before = universe.store.portfolio.limit.get("")?.mode ?? { at: "clear" };
  const change = changes.findLast((each) => each.kind === "limit");
  return change?.kind === "limit" ? [before, change.limit.mode] : null;
}

/** G16: a wait neither ends early, unless a person ends it, nor grows by what ran on before it. */
export const waitsAreKept: Invariant<Writing> = {
  name: "waits are kept",
  promise: "G16",
  check(facts) {
    const [before, after] = stepOf(facts) ?? [];
    const now = facts.universe.time.now();
    if (after?.at !== "waiting") return null;
    const isMet = after.metBy !== null;
    // the vendor may name an end that is near; where it names none, or one that has passed, not
    if (isMet && after.until <= now) return "a limit was met, and all may try again at once";
    if (before?.at !== "waiting" || before.until <= now || facts.by.seat === "person") return null;
    if (after.until < before.until) return `a wait ends ${before.until - after.until} ms early`;
    return after.waits > before.waits ? "what ran on counts as a wait of its own" : null;
  },
};

/** G16: only the one that tries says that the model answers again. */
export const whoTriesSays: Invariant<Writing> = {
  name: "who tries says that it is over",
  promise: "G16",
  check(facts) {
    const [before, after] = stepOf(facts) ?? [];
    if (before === undefined || before.at === "clear" || after?.at !== "clear") return null;
    const { owner } = facts.by;
    if (before.at === "waiting") return `${owner} ends the wait, and nobody has tried`;
    const { project, token } = before.probe;
    const mine = [...facts.universe.given].some(
      ([key, each]) => each === token && key.startsWith(`${owner} ${project} `),
    );
    return mine ? null : `${owner} ends the wait while delivery ${token} of ${project} tries`;
  },
};
