/** Which jobs may be delivered, and in which order. */
import { type Instant, instant, later } from "../../../core/ids.ts";
import type { Job } from "../../../core/ledger.ts";
import type { JobRow } from "./storage.ts";

const minuteMs = 60_000;

/** Tells whether a job is held by somebody who is known to be dead. */
export const isOrphan = ({ job, owner }: JobRow, alive: (owner: string) => boolean): boolean =>
  job.state.at === "live" && (owner === null || !alive(owner));

/** A job as decisions see it: what a dead owner held is queued again. */
export const asSeen = (row: JobRow, alive: (owner: string) => boolean): Job =>
  isOrphan(row, alive) ? asQueued(row.job) : row.job;

/** The same job without its lease. */
export const asQueued = (job: Job): Job =>
  job.state.at === "queued" ? job : { ...job, state: { at: "queued", waitsFor: null } };

/** Tells whether the clock was set back after a job was sent, or longer than its lease can last. */
export const isAhead = ({ job }: JobRow, now: Instant, leaseMs: number): boolean =>
  job.sentAt > now || (job.state.at === "live" && job.state.leaseUntil > later(now, leaseMs));

/** The same job on a clock that was set back: what it waits for still takes as long, no longer. */
export function broughtBack(row: JobRow, now: Instant, leaseMs: number): JobRow {
  const { job } = row;
  const back = Math.max(0, job.sentAt - now);
  const state =
    job.state.at === "queued"
      ? job.state
      : { ...job.state, leaseUntil: earlier(job.state.leaseUntil, later(now, leaseMs)) };
  const sentAt = earlier(job.sentAt, now);
  return { ...row, job: { ...job, sentAt, runAt: later(job.runAt, -back), state } };
}

const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);

/**
 * The jobs that may be delivered at `now`, best first. A job is due when its time has come and
 * nobody
 * holds it; one that somebody held too long, or whose owner died, is due again. Of each key only
 * the
 * first of those that are due, and none beside one that is still held.
 */
export function runnable(
  rows: readonly JobRow[],
  now: Instant,
  alive: (owner: string) => boolean,
): readonly JobRow[] {
  const heads = new Map<string, JobRow>();
  const free: JobRow[] = [];
  for (const row of [...rows].sort(bySending)) {
    const { key, state } = row.job;
    const due = isDue(row, now, alive);
    if (key === null) {
      if (due) free.push(row);
      continue;
    }
    // whoever holds the key's job, even beyond its lease, goes before all who wait for the key
    const holds = state.at === "live" && !isOrphan(row, alive);
    if (holds || (due && !heads.has(key))) heads.set(key, row);
  }
  const due = [...heads.values()].filter((row) => isDue(row, now, alive));
  return [...free, ...due].sort(
    (a, b) => weight(b.job, now) - weight(a.job, now) || bySending(a, b),
  );
}

/** The next moment at which a job may become due by the clock alone. */
export function nextMoment(rows: readonly JobRow[], now: Instant): Instant | null {
  const moments = rows
    .map(({ job }) =>
      job.state.at === "live" ? Math.max(job.state.leaseUntil, job.runAt) : job.runAt,
    )
    .filter((moment) => moment > now);
  return moments.length === 0 ? null : instant(Math.min(...moments));
}

function isDue(row: JobRow, now: Instant, alive: (owner: string) => boolean): boolean {
  const { runAt, state } = row.job;
  if (runAt > now) return false;
  return state.at === "queued" || state.leaseUntil <= now || isOrphan(row, alive);
}

const weight = ({ priority, sentAt }: Job, now: Instant): number =>
  priority + Math.max(0, Math.floor((now - sentAt) / minuteMs));

/** Ids are numbered in the order of sending; the clock may go back, they do not. */
const bySending = (a: JobRow, b: JobRow): number => (a.job.id < b.job.id ? -1 : 1);
