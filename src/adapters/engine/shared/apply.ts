/** Writes what a decision returned, in order; what cannot be right is a bug and throws. */
import { jobId, token } from "../../../core/ids.ts";
import type { Change, JobRequest, Queue, Subject } from "../../../core/ledger.ts";
import type { Reservation } from "../../../core/records.ts";
import { redacted } from "../../../core/redact.ts";
import { asQueued, isOrphan } from "./jobs.ts";
import type { JobRow, PortfolioWrite, ProjectRows } from "./storage.ts";
import type { Moment } from "./view.ts";

/** Gathers what one transaction must tell the portfolio. */
export interface Mirror {
  readonly raise: PortfolioWrite[];
  readonly lower: PortfolioWrite[];
}

/**
 * Applies the changes of one decision to the project's rows; tells whether somebody who waits may
 * have something to do now.
 */
export function applyChanges(
  rows: ProjectRows,
  moment: Moment,
  changes: readonly Change[],
  mirror: Mirror,
): boolean {
  const { redact } = moment;
  const before = mirror.raise.length + mirror.lower.length;
  // the one place that all records and events pass on their way to the disk
  for (const each of changes)
    applyChange(rows, moment, redact === null ? each : redacted(each, redact), mirror);
  // nobody waits for what a session's requests come to within what is set aside for it
  const isNews = changes.some(({ kind }) => kind !== "reservation");
  return isNews || mirror.raise.length + mirror.lower.length > before;
}

function applyChange(rows: ProjectRows, moment: Moment, change: Change, mirror: Mirror): void {
  switch (change.kind) {
    case "task":
      follows("task", rows.task(change.task.id), change.task);
      rows.putTask(change.task);
      break;
    case "cycle":
      follows("cycle", rows.cycle(change.cycle.id), change.cycle);
      rows.putCycle(change.cycle);
      break;
    case "project":
      follows("project", rows.project(), change.project);
      rows.putProject(change.project);
      askAgain(rows, moment);
      break;
    case "limit": {
      // a wait holds before the project says why; it ends only once that is written
      const { limit } = change;
      (limit.mode.at === "clear" ? mirror.lower : mirror.raise).push({ kind: "limit", limit });
      break;
    }
    case "attempt":
      rows.putAttempt(change.attempt);
      break;
    case "verdict":
      rows.putVerdict(change.verdict);
      break;
    case "landing":
      rows.putLanding(change.landing);
      break;
    case "reservation":
      reserve(rows, change.reservation, mirror);
      break;
    case "past": {
      const number = rows.sequence("token") + 1;
      rows.setSequence("token", number);
      reserve(rows, { ...change.past, token: token(number) }, mirror);
      break;
    }
    case "event":
      rows.appendEvent(moment.now, change.event);
      break;
    case "send":
      send(rows, moment, change.job, mirror);
      break;
    case "withdraw":
      withdraw(rows, moment, change, mirror);
      break;
    default:
      change satisfies never;
  }
}

/**
 * A record that was read elsewhere, or written twice from one reading, would undo another's write.
 */
function follows(
  what: string,
  stored: { readonly version: number } | null,
  written: { readonly version: number; readonly id?: string },
): void {
  if (stored === null || written.version === stored.version + 1) return;
  const name = [what, written.id].filter((part) => part !== undefined).join(" ");
  throw new Error(
    `${name}: version ${written.version} cannot follow the stored version ${stored.version}`,
  );
}

function reserve(rows: ProjectRows, reservation: Reservation, mirror: Mirror): void {
  const { day, amountUsd, settledUsd } = reservation;
  const before = rows.reservation(reservation.token);
  rows.putReservation(reservation);
  // most requests of a session change nothing that the portfolio counts
  const isSameDay = before?.day === day;
  if (isSameDay && before.amountUsd === amountUsd && before.settledUsd === settledUsd) return;
  const rises = !isSameDay || counted(reservation) > counted(before);
  const share = { token: reservation.token, day, amountUsd, settledUsd };
  const write: PortfolioWrite = { kind: "share", share };
  (rises ? mirror.raise : mirror.lower).push(write);
}

/** US dollars that a reservation takes from every cap it counts towards. */
export const counted = (share: Pick<Reservation, "amountUsd" | "settledUsd">): number =>
  share.settledUsd ?? share.amountUsd;

function send(rows: ProjectRows, moment: Moment, request: JobRequest, mirror: Mirror): void {
  const { queue, subject, key, priority, runAt } = request;
  const state = { at: "queued", waitsFor: null } as const;
  const there = rows.jobOf(queue, subject);
  if (there === null) {
    const number = rows.sequence("job") + 1;
    rows.setSequence("job", number);
    const id = jobId(`job-${String(number).padStart(12, "0")}`);
    const job = { id, queue, subject, key, priority, sentAt: moment.now, runAt, state };
    rows.putJob({ job, owner: null });
    return;
  }
  if (there.job.state.at === "live" && !isOrphan(there, moment.alive))
    throw new Error(`${nameOf(queue, subject)} is being done: it cannot be sent as well`);
  release(there, mirror);
  rows.putJob({ job: { ...there.job, key, priority, runAt, state }, owner: null });
}

function withdraw(
  rows: ProjectRows,
  moment: Moment,
  { queue, subject }: { readonly queue: Queue; readonly subject: Subject },
  mirror: Mirror,
): void {
  const there = rows.jobOf(queue, subject);
  if (there !== null) removeJob(rows, moment, there, mirror);
}

/** Ends a job; whoever waited for its place is asked again. */
export function removeJob(rows: ProjectRows, moment: Moment, row: JobRow, mirror: Mirror): void {
  rows.removeJob(row.job.id);
  release(row, mirror);
  if (row.job.state.at === "live") askAgain(rows, moment);
}

/** Puts a job that a dead owner held back into its queue. */
export function requeue(rows: ProjectRows, row: JobRow, mirror: Mirror): void {
  release(row, mirror);
  rows.putJob({ job: asQueued(row.job), owner: null });
}

/** Tells the portfolio that a delivery is over. */
export function release({ job }: JobRow, mirror: Mirror): void {
  if (job.state.at === "live") mirror.lower.push({ kind: "unworker", token: job.state.token });
}

/**
 * Jobs that were not admitted wait for a moment; a free place or a resumed project may come first.
 */
function askAgain(rows: ProjectRows, { now }: Moment): void {
  for (const row of rows.jobs()) {
    const { job } = row;
    if (job.state.at === "queued" && job.state.waitsFor !== null && job.runAt > now)
      rows.putJob({ ...row, job: { ...job, runAt: now } });
  }
}

const nameOf = (queue: Queue, subject: Subject): string =>
  `${queue} of ${subject.kind} ${subject.kind === "task" ? subject.task : subject.cycle}`;
