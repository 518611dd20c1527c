/**
 * What an engine asks of its storage: rows of one project and of the portfolio, in transactions
 * that are synchronous, so that a decision runs inside them.
 */
import type { Cycle } from "../../../core/cycle.ts";
import type { CycleId, Instant, JobId, ProjectName, TaskId, Token } from "../../../core/ids.ts";
import type { Job, LogEvent, Money, Queue, Subject } from "../../../core/ledger.ts";
import type { Limit } from "../../../core/limit.ts";
import type { Project } from "../../../core/project.ts";
import type { Attempt, Landing, Reservation, Verdict } from "../../../core/records.ts";
import type { Status, Task } from "../../../core/task.ts";
import type { LoggedEvent, TaskFilter } from "../../../ports/engine.ts";

/** A job and who holds it; `owner` is null exactly while it is queued. */
export interface JobRow {
  readonly job: Job;
  readonly owner: string | null;
}

export type Sequence = "token" | "job";

export interface Same {
  readonly id: TaskId;
  readonly status: Status;
}

export interface ProjectReads {
  /** Null until it has been written once. */
  project(): Project | null;
  /** Tasks that are not over, in the order they were added. */
  openTasks(): readonly Task[];
  /** Newest first. */
  tasks(filter: TaskFilter): readonly Task[];
  task(id: TaskId): Task | null;
  counts(): Readonly<Partial<Record<Status, number>>>;
  /** The tasks with this fingerprint, newest first. */
  sameAs(fingerprint: string): readonly Same[];
  openCycles(): readonly Cycle[];
  /** Newest first. */
  cycles(limit: number): readonly Cycle[];
  cycle(id: CycleId): Cycle | null;
  /** The cycle that ended last. */
  lastCycle(): Cycle | null;
  /** In the order they were sent. */
  jobs(): readonly JobRow[];
  /** Those of one queue, in the order they were sent. */
  jobsIn(queue: Queue): readonly JobRow[];
  jobOf(queue: Queue, subject: Subject): JobRow | null;
  /** Oldest first, as are verdicts and landings. */
  attempts(task: TaskId): readonly Attempt[];
  verdicts(task: TaskId): readonly Verdict[];
  landings(task: TaskId): readonly Landing[];
  reservation(token: Token): Reservation | null;
  /** Those of this day and later ones, by token. */
  reservations(sinceDay: string): readonly Reservation[];
  /** Those of all days whose session may still spend. */
  unsettled(): readonly Reservation[];
  moneyOfDay(day: string): Money;
  moneyOfCycle(cycle: CycleId): Money;
  /** US dollars settled for a task. */
  costOf(task: TaskId): number;
  /** US dollars that lost deliveries for a task had set aside. */
  lostOf(task: TaskId): number;
  /** US dollars settled in all. */
  totalUsd(): number;
  /** Events about a task that a person may have caused, oldest first. */
  toldOf(task: TaskId): readonly LoggedEvent[];
  events(after: number, limit: number): readonly LoggedEvent[];
  /** Number of the newest event; 0 before the first. */
  cursor(): number;
  /** The last number given out. */
  sequence(name: Sequence): number;
}

export interface ProjectRows extends ProjectReads {
  putTask(task: Task): void;
  putCycle(cycle: Cycle): void;
  putProject(project: Project): void;
  putAttempt(attempt: Attempt): void;
  putVerdict(verdict: Verdict): void;
  putLanding(landing: Landing): void;
  putReservation(reservation: Reservation): void;
  putJob(row: JobRow): void;
  removeJob(id: JobId): void;
  appendEvent(at: Instant, event: LogEvent): void;
  setSequence(name: Sequence, value: number): void;
}

/** A project's reservation as the portfolio knows it. */
export interface Share {
  readonly token: Token;
  readonly day: string;
  readonly amountUsd: number;
  readonly settledUsd: number | null;
}

/** One delivery of a job that counts as a worker. */
export interface Worker {
  readonly token: Token;
  readonly owner: string;
}

export interface PortfolioReads {
  moneyOfDay(day: string): Money;
  /** Workers of all projects. */
  workers(): readonly Worker[];
  workersOf(project: ProjectName): readonly Worker[];
  sharesOf(project: ProjectName): readonly Share[];
  limit(): Limit;
}

export type PortfolioWrite =
  | { readonly kind: "share"; readonly share: Share }
  | { readonly kind: "unshare"; readonly token: Token }
  | { readonly kind: "worker"; readonly worker: Worker }
  | { readonly kind: "unworker"; readonly token: Token }
  | { readonly kind: "limit"; readonly limit: Limit };

/** What a transaction leaves to be written to the portfolio. */
export interface Written<R> {
  readonly answer: R;
  /** Whether somebody who waits may have something to do now. */
  readonly isNews: boolean;
  /** Committed before the project's rows: a crash between leaves too much, never too little. */
  readonly raise: readonly PortfolioWrite[];
  /** Committed after the project's rows, for the same reason. */
  readonly lower: readonly PortfolioWrite[];
}

/** How a transaction ended that was not rolled back. */
export interface Committed<R> {
  readonly answer: R;
  /**
   * False where the portfolio could not take what was to be lowered: it counts too much for now.
   */
  readonly mirrored: boolean;
}

export interface Storage {
  /** Differs whenever rows of the project were written in between, by whatever process. */
  version(project: ProjectName): string;
  /** One consistent view, without any lock; `missing` answers for a project that has no rows. */
  read<R>(project: ProjectName, body: (rows: ProjectReads) => R, missing: () => R): R;
  /** The limit over all projects, without any lock; creates nothing. */
  limit(): Limit;
  /** What all projects count on a day, without any lock; creates nothing. */
  moneyOfDay(day: string): Money;
  /**
   * Locks the portfolio, then the project; where `body` throws, nothing is written. What is written
   * softly may be undone by a power cut, with all that is written softly after it.
   */
  write<R>(
    project: ProjectName,
    body: (rows: ProjectRows, portfolio: PortfolioReads) => Written<R>,
    soft?: boolean,
  ): Committed<R>;
  /** Waits until something may have been written, or `ms` have passed. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}
