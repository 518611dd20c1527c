/**
 * The ledger and its jobs. State is the truth; jobs are how it is acted on.
 *
 * Contract (tests/contract/engine.ts), for every implementation:
 * - a decision runs inside the transaction, sees one consistent view, and all that it returns is
 *   written or nothing; decisions of a project never interleave;
 * - a job is delivered at least once; at any moment it has at most one live lease; each delivery's
 *   token is greater than all earlier tokens of its project;
 * - a delivery that is not live any more (expired and taken over, withdrawn, finished) is
 * `fenced`:
 *   nothing that it decides is written; a lease that merely ran out is held until it is taken
 * over;
 * - jobs with the same key are delivered strictly one after the other, those that are due in the
 *   order they were sent; one whose time has not come does not hold up the others;
 * - otherwise higher priority first; each minute of waiting counts as one step of priority;
 * - `runAt` is respected; the death of an owner frees its jobs at once where it can be seen, else
 *   when the lease ends; a job sent is visible to all processes when its transaction has
 * committed;
 * - a job that was not admitted is asked about again at the moment that was named, and at once
 * when
 * a
 *   delivery of its project ends or its project changes;
 * - to send what is being done is a bug and throws; so is a version that does not follow the
 * stored
 *   one. The job on offer is seen as queued, and so is what a dead owner holds;
 * - the limit over all projects is seen by every decision; what a decision makes of it holds for
 * all
 *   projects from its commit on; a probe whose delivery is over bars nobody after `recover`;
 * - reading a project that has no ledger answers an empty one and creates nothing.
 */
import type { Cycle } from "../core/cycle.ts";
import type { Decided } from "../core/decided.ts";
import type { CycleId, Instant, ProjectName, TaskId, Token } from "../core/ids.ts";
import type { Admit, Decision, Job, LogEvent, Money, Needs, View } from "../core/ledger.ts";
import type { Limit } from "../core/limit.ts";
import type { Project } from "../core/project.ts";
import type { Attempt, Landing, Reservation, Verdict } from "../core/records.ts";
import type { Status, Task } from "../core/task.ts";

/** One delivery of a job; its token fences off every other. */
export interface Delivery {
  readonly project: ProjectName;
  readonly job: Job;
  readonly token: Token;
}

export type Claim =
  | { readonly kind: "claimed"; readonly delivery: Delivery }
  /**
   * Nothing may start; `until` is the next moment worth asking, null where only a change can help.
   */
  | { readonly kind: "idle"; readonly until: Instant | null };

export type Finish<A> =
  | { readonly kind: "finished"; readonly answer: A }
  | { readonly kind: "fenced" };

export interface Engine extends Ledger {
  transact<A>(project: ProjectName, needs: Needs, decide: (view: View) => Decision<A>): Promise<A>;
  /** Delivers the first job that `admit` lets start. */
  claim(project: ProjectName, admit: Admit): Promise<Claim>;
  /** Tells whether the delivery still has its job; a read, never through the write lock. */
  holds(delivery: Delivery): Promise<boolean>;
  /** Prolongs the lease; false where it is lost. */
  renew(delivery: Delivery): Promise<boolean>;
  /** Ends this delivery, and writes what `decide` makes of it, in one transaction. */
  finish<A>(
    delivery: Delivery,
    needs: Needs,
    decide: (view: View) => Decision<A>,
  ): Promise<Finish<A>>;
  /** Frees jobs whose owners are dead, and settles what a crash left between two files. */
  recover(project: ProjectName): Promise<void>;
  /**
   * Answers when a project may have changed, or after `ms`; for tickers and followers. A caller
   * that
   * comes with the same signal again also hears of what changed since it last asked.
   */
  changed(ms: number, signal: AbortSignal): Promise<void>;
  /** How often a lease must be renewed, in milliseconds. */
  readonly renewMs: number;
  close(): Promise<void>;
}

/** Cheap reads, never through the write lock. */
export interface Ledger {
  /**
   * A text that differs, within one process, whenever anybody has written to the project in
   * between;
   * far cheaper than looking.
   */
  version(project: ProjectName): Promise<string>;
  overview(project: ProjectName): Promise<Overview>;
  tasks(project: ProjectName, filter: TaskFilter): Promise<readonly Task[]>;
  /** A task by its id with all that is known of it; null where there is none. */
  task(project: ProjectName, id: TaskId): Promise<TaskRecord | null>;
  cycle(project: ProjectName, id: CycleId): Promise<Cycle | null>;
  cycles(project: ProjectName, limit: number): Promise<readonly Cycle[]>;
  /** Events after a cursor, oldest first. */
  events(project: ProjectName, after: number, limit: number): Promise<readonly LoggedEvent[]>;
  reservations(project: ProjectName, sinceDay: string): Promise<readonly Reservation[]>;
  /** What all projects have spent and set aside today, in the portfolio's own books. */
  everywhere(): Promise<Money>;
  /** Whether the model can be had; over all projects. */
  limit(): Promise<Limit>;
}

export interface TaskFilter {
  readonly status?: Status;
  readonly limit: number;
}

export interface TaskRecord {
  readonly task: Task;
  readonly attempts: readonly Attempt[];
  readonly verdicts: readonly Verdict[];
  readonly landings: readonly Landing[];
  /** What people decided about it, oldest first. */
  readonly decisions: readonly Decided[];
  readonly job: Job | null;
  readonly costUsd: number;
  /** Of these, what lost sessions had set aside: it counts as spent, the bill is unknown. */
  readonly lostUsd: number;
}

export interface Overview {
  readonly project: Project;
  readonly counts: Readonly<Record<Status, number>>;
  readonly openCycle: Cycle | null;
  readonly lastCycle: Cycle | null;
  readonly today: Money;
  /** The calendar day that `today` stands for, `YYYY-MM-DD` in the person's time zone. */
  readonly day: string;
  readonly totalUsd: number;
  /** When the next scheduled cycle is due. */
  readonly nextCycleAt: Instant | null;
  /** What the open cycle had to wait for when it was last tried; null where it was nothing. */
  readonly waitsFor: string | null;
  /** Number of the newest event. */
  readonly cursor: number;
}

export interface LoggedEvent {
  readonly seq: number;
  readonly at: Instant;
  readonly event: LogEvent;
}

/** The ledger cannot be read or written: what happened, and in `hint` what to do about it. */
export class LedgerError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LedgerError";
    this.hint = hint;
  }
}
