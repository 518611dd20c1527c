/** What a decision may read of a project, and what it may write: data in, data out. */
import type { Cycle, CycleEvent } from "./cycle.ts";
import type { CycleId, Instant, JobId, ProjectName, TaskId, Token } from "./ids.ts";
import type { Limit } from "./limit.ts";
import type { Known } from "./plan.ts";
import type { Project, ProjectEvent } from "./project.ts";
import type { Attempt, Landing, Reservation, Verdict } from "./records.ts";
import type { RetryRules } from "./retry.ts";
import type { Task, TaskEvent } from "./task.ts";

/** The four stages, and the refinery's conflict resolution. */
export type Queue = "cycle" | "work" | "judge" | "resolve" | "merge";

/** One thing to be done; there is at most one job for each queue and subject. */
export interface Job {
  readonly id: JobId;
  readonly queue: Queue;
  readonly subject: Subject;
  /** Jobs with the same key run strictly one after the other, in the order they were sent. */
  readonly key: string | null;
  /** Higher goes first; waiting raises it. */
  readonly priority: number;
  readonly sentAt: Instant;
  readonly runAt: Instant;
  readonly state: /** `waitsFor` says why it was not admitted when last asked. */
    | { readonly at: "queued"; readonly waitsFor: string | null }
    | { readonly at: "live"; readonly token: Token; readonly leaseUntil: Instant };
}

/** What a job waits for, as a code and a sentence for the person. */
export type WaitsFor = `${"slot" | "pause" | "limit" | "cycle" | "budget" | "turn"}: ${string}`;

export type Subject =
  | { readonly kind: "task"; readonly task: TaskId }
  | { readonly kind: "cycle"; readonly cycle: CycleId };

export interface JobRequest {
  readonly queue: Queue;
  readonly subject: Subject;
  readonly key: string | null;
  readonly priority: number;
  readonly runAt: Instant;
}

/** A project as one transaction sees it. */
export interface View {
  readonly name: ProjectName;
  /** The engine's clock: leases, schedules and records all go by it. */
  readonly now: Instant;
  /** The calendar day of `now`, `YYYY-MM-DD` in the person's time zone. */
  readonly day: string;
  /** A number in [0, 1), drawn for this transaction. */
  readonly chance: number;
  readonly project: Project;
  /** Whether the model can be had; one state over all projects. */
  readonly limit: Limit;
  /** All tasks that are not over, and those that were asked for. */
  readonly tasks: readonly Task[];
  /** Cycles that are open, and those that were asked for. */
  readonly cycles: readonly Cycle[];
  /** Queued and live ones. */
  readonly jobs: readonly Job[];
  /** Attempts and verdicts of the tasks that were asked for, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly verdicts: readonly Verdict[];
  /**
   * Fingerprints that were asked for, with their tasks: an open one before all, else the newest.
   */
  readonly known: ReadonlyMap<string, Known>;
  readonly spent: Spent;
  /** Money set aside by deliveries that have not been settled, and the one that was asked for. */
  readonly reservations: readonly Reservation[];
}

/** US dollars settled, and still reserved; in this project unless it says otherwise. */
export interface Spent {
  readonly today: Money;
  /** Of the open cycle; of a delivery's own where its reservation was asked for. */
  readonly cycle: Money;
  /** Of today, over all projects. */
  readonly everywhere: Money;
}

export interface Money {
  readonly settledUsd: number;
  readonly reservedUsd: number;
}

/** What a claim sees beyond its project. */
export interface PortfolioView {
  readonly today: Money;
  /** Live work and resolve jobs over all projects. */
  readonly workersLive: number;
}

/** What a decision needs to see beyond what is open. */
export interface Needs {
  readonly tasks?: readonly TaskId[];
  readonly cycles?: readonly CycleId[];
  readonly fingerprints?: readonly string[];
  /** A delivery's reservation, settled or not. */
  readonly reservation?: Token;
  /**
   * True where a power cut may undo what is decided; the death of a process undoes nothing. Decided
   * sooner: the disk is not waited for.
   */
  readonly soft?: boolean;
}

/** An event as the log keeps it; replaying the log gives the state again. */
export type LogEvent =
  | {
      readonly of: "task";
      readonly task: TaskId;
      readonly event: TaskEvent;
      readonly rules: RetryRules;
    }
  | { readonly of: "task"; readonly task: TaskId; readonly event: TaskCreated }
  | { readonly of: "cycle"; readonly cycle: CycleId; readonly event: CycleEvent | CycleCreated }
  | { readonly of: "project"; readonly event: ProjectEvent }
  /** Something that a person may want to know and that changes no state. */
  | {
      readonly of: "note";
      readonly task: TaskId | null;
      readonly cycle: CycleId | null;
      readonly event: Note;
    };

export interface TaskCreated {
  readonly type: "task.created";
  readonly task: Task;
}
export interface CycleCreated {
  readonly type: "cycle.created";
  readonly cycle: Cycle;
  /** When it is to begin; a log of former times does not tell. */
  readonly dueAt?: Instant | undefined;
}
export interface Note {
  readonly type: "note";
  readonly level: "info" | "warning";
  readonly text: string;
}

export type Change =
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "cycle"; readonly cycle: Cycle }
  | { readonly kind: "project"; readonly project: Project }
  | { readonly kind: "limit"; readonly limit: Limit }
  | { readonly kind: "attempt"; readonly attempt: Attempt }
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "landing"; readonly landing: Landing }
  | { readonly kind: "reservation"; readonly reservation: Reservation }
  | { readonly kind: "past"; readonly past: Past }
  | { readonly kind: "event"; readonly event: LogEvent }
  /** Sends a job, or moves the one that is queued already. */
  | { readonly kind: "send"; readonly job: JobRequest }
  /** Takes a job back; a live one loses its lease. */
  | { readonly kind: "withdraw"; readonly queue: Queue; readonly subject: Subject };

/** What a delivery came to on a day that is over; it is given a token that nobody holds. */
export type Past = Omit<Reservation, "token" | "pastOf"> & { readonly pastOf: Token };

export interface Decision<A> {
  readonly changes: readonly Change[];
  readonly answer: A;
}

/** Decides whether a job may start. Pure: it runs inside the claim's transaction. */
export type Admission =
  /** The changes never send the job itself. */
  | { readonly kind: "start"; readonly changes: readonly Change[] }
  /** Not now; `at` is when to ask again: the job's own `runAt` where only a change can help. */
  | { readonly kind: "later"; readonly at: Instant; readonly why: WaitsFor }
  /**
   * Not this delivery: the job is removed, then the changes are written (they may send it anew).
   */
  | { readonly kind: "drop"; readonly changes: readonly Change[] };

export type Admit = (view: View, portfolio: PortfolioView, job: Job, token: Token) => Admission;
