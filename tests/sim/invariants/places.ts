/** What may start, and in which order. */
import type { JobRow } from "../../../src/adapters/engine/shared/storage.ts";
import type { ProjectName } from "../../../src/core/ids.ts";
import type { Queue } from "../../../src/core/ledger.ts";
import type { Claimed, Finishing, Invariant } from "./facts.ts";

/** Tells whether a job is held by a process that lives. */
const isLive = (alive: ReadonlySet<string>, { job, owner }: JobRow): boolean =>
  job.state.at === "live" && owner !== null && alive.has(owner);

function liveOf({ universe, data }: Claimed, queues: readonly Queue[]): number {
  let live = 0;
  for (const row of data.jobs.values())
    if (queues.includes(row.job.queue) && isLive(universe.alive, row)) live += 1;
  return live;
}

/** Never more workers, or judges, than a project allows. */
export const slotsAreStrict: Invariant<Claimed> = {
  name: "slots are strict",
  promise: "S3.2",
  check(facts) {
    const { workersMax } = facts.known.land.rules.limits;
    const workers = liveOf(facts, ["work", "resolve"]);
    const judges = liveOf(facts, ["judge"]);
    return Math.max(workers, judges) <= workersMax
      ? null
      : `${workers} workers and ${judges} judges where ${workersMax} are allowed`;
  },
};

/** Never more workers than the portfolio allows. */
export const portfolioSlotsAreStrict: Invariant<Claimed> = {
  name: "the portfolio's slots are strict",
  promise: "S3.2",
  check(facts) {
    const { universe, known, row } = facts;
    const max = known.land.rules.limits.portfolioWorkersMax;
    if (max === null || (row.job.queue !== "work" && row.job.queue !== "resolve")) return null;
    let live = 0;
    for (const data of universe.store.projects.values())
      live += liveOf({ ...facts, data }, ["work", "resolve"]);
    return live <= max ? null : `${live} workers where the portfolio allows ${max}`;
  },
};

/** One landing at a time, in the order in which they were approved. */
export const mergesAreInOrder: Invariant<Claimed> = {
  name: "merges go one after the other",
  promise: "G1",
  check(facts) {
    const { universe, row, token, before } = facts;
    if (row.job.queue !== "merge") return null;
    if (liveOf(facts, ["merge"]) > 1) return "two merges are under way";
    // one that is taken over from a living holder keeps its turn
    const was = before.get(row.job.id);
    if (was !== undefined && isLive(universe.alive, was)) return null;
    const now = universe.time.now();
    for (const { job } of before.values())
      if (
        job.queue === "merge" &&
        job.id < row.job.id &&
        job.runAt <= now &&
        facts.data.jobs.has(job.id)
      )
        return `${job.id} was approved before ${row.job.id}, which starts as ${token}`;
    return null;
  },
};

const minuteMs = 60_000;

/** Of the workers' jobs that are due, the most urgent starts; waiting makes urgent. */
export const urgentGoesFirst: Invariant<Claimed> = {
  name: "the urgent goes first",
  promise: "S7.5",
  check({ universe, known, row, before, data }) {
    const was = before.get(row.job.id);
    // one that is taken over from a living holder goes on in its own place
    if (row.job.queue !== "work" || was === undefined || isLive(universe.alive, was)) return null;
    const now = universe.time.now();
    // a job that is dropped frees its place for those that are asked after it in the same claim
    for (const id of before.keys()) if (!data.jobs.has(id)) return null;
    const priority = ({ job: { subject } }: JobRow): number =>
      subject.kind === "task" ? (data.tasks.get(subject.task)?.brief.priority ?? 0) : 0;
    const weight = (each: JobRow) =>
      priority(each) + Math.floor((now - each.job.sentAt) / minuteMs);
    for (const each of before.values()) {
      const { job } = each;
      if (job.queue !== "work" || job.runAt > now || isLive(universe.alive, each)) continue;
      if (!data.jobs.has(job.id) || weight(each) <= weight(row)) continue;
      // after a limit one tries first, and not the one that met it
      const is = data.jobs.get(job.id)?.job.state;
      if (is?.at === "queued" && is.waitsFor?.startsWith("limit:")) continue;
      // one that goes on needs only the rest of its money, and may start where another may not
      if (is?.at === "queued" && is.waitsFor?.startsWith("budget:")) continue;
      // whoever has begun it may be at it still
      if (row.owner !== null && known.begunBy.get(job.id)?.has(row.owner) === true) continue;
      return `${job.id} of weight ${weight(each)} waits while ${row.job.id} starts`;
    }
    return null;
  },
};

/** Each delivery of a project has a greater token than all before it. */
export const tokensGrow: Invariant<Claimed> = {
  name: "tokens grow",
  promise: "S7.3",
  check: ({ known, token }) =>
    token > known.lastToken ? null : `token ${token} comes after ${known.lastToken}`,
};

/** G7: a paused project starts nothing. */
export const pausedStartsNothing: Invariant<Claimed> = {
  name: "paused starts nothing",
  promise: "G7, G16",
  check({ universe, data, row }) {
    const mode = data.project.get("")?.mode;
    if (mode === undefined || mode.at === "active") return null;
    if (mode.until !== null && mode.until <= universe.time.now()) return null;
    return `${row.job.queue} starts while the project is paused by ${mode.by}`;
  },
};

/** Tasks are begun within a cycle, and only one cycle is under way. */
export const oneCycleAtATime: Invariant<Claimed> = {
  name: "one cycle at a time",
  promise: "S1.4",
  check({ data, row }) {
    const begun = [...data.cycles.values()].filter(
      ({ state }) => state.at === "planning" || state.at === "running",
    );
    if (begun.length > 1) return `${begun.length} cycles are under way`;
    const idle = row.job.queue === "work" && begun.every(({ state }) => state.at !== "running");
    return idle ? "work starts outside any cycle" : null;
  },
};

/** Money is set aside for each session before it starts. */
export const sessionsAreReserved: Invariant<Claimed> = {
  name: "sessions are reserved for",
  promise: "G5",
  check: ({ data, row, token }) =>
    row.job.queue === "merge" || data.reservations.has(String(token))
      ? null
      : `${row.job.queue} starts with nothing reserved`,
};

/** Only the newest delivery of a job is heard when it finishes. */
export const staleFinishesNothing: Invariant<Finishing> = {
  name: "stale holders finish nothing",
  promise: "G4, S7.4",
  check({ known, delivery: { project, job, token } }) {
    const newest = known.newest.get(subjectKey(project, job));
    return newest === undefined || newest === token
      ? null
      : `delivery ${token} finishes what delivery ${newest} has`;
  },
};

/** Names a job by what it does. */
export const subjectKey = (project: ProjectName, { queue, subject }: JobRow["job"]): string =>
  `${project} ${queue} ${subject.kind === "task" ? subject.task : subject.cycle}`;
