/** What the invariants are told: facts of one moment, gathered by the watch. */
import type { ProjectData } from "../../../src/adapters/engine/memory/rows.ts";
import type { JobRow } from "../../../src/adapters/engine/shared/storage.ts";
import type { Cycle, CycleOutcome } from "../../../src/core/cycle.ts";
import type { Token } from "../../../src/core/ids.ts";
import type { Change } from "../../../src/core/ledger.ts";
import type { Limit } from "../../../src/core/limit.ts";
import type { Task, TaskEvent, TaskState } from "../../../src/core/task.ts";
import type { Ending, SessionRequest } from "../../../src/ports/agent.ts";
import type { Delivery } from "../../../src/ports/engine.ts";
import type { PublishRequest, Rescued } from "../../../src/ports/repo.ts";
import type { Process } from "../world/time.ts";
import type { Account, Book, Land, Room, Universe } from "../world/universe.ts";

/** What the watch remembers of one project. */
export interface Known {
  readonly land: Land;
  cursor: number;
  lastToken: number;
  /** Whoever has begun a job: until its handler has ended, it begins that job no second time. */
  readonly begunBy: Map<string, Set<string>>;
  /** Jobs as they were after the last write. */
  jobs: ReadonlyMap<string, JobRow>;
  readonly states: Map<string, TaskState>;
  /** Why the last attempt of a task failed, as its log has told so far. */
  readonly lastFailures: Map<string, Task["lastFailure"]>;
  /** The newest delivery of each job, by queue and subject. */
  readonly newest: Map<string, Token>;
  /** Attempts that failed since a task was added, or retried by a person. */
  readonly failures: Map<string, number>;
  failedInARow: number;
  /** Finished sessions by what they were for, with the workspace they worked in. */
  readonly finished: Map<string, { readonly session: string; readonly at: number }>;
  /** When a delivery last began something of a task or a cycle. */
  readonly begun: Map<string, number>;
  /** How the last session of an owner ended, by owner and transcript. */
  readonly endings: Map<string, Ending["kind"]>;
  /** What was rescued and told of. */
  readonly rescued: Set<Rescued>;
}

/** Everything that can be asked at any moment. */
export interface Scene {
  readonly universe: Universe;
  readonly known: Known;
  readonly data: ProjectData;
}

export interface TaskStep extends Scene {
  readonly task: Task;
  readonly before: TaskState;
  readonly event: TaskEvent;
  readonly after: TaskState;
  readonly by: Process;
}

export interface Claimed extends Scene {
  readonly row: JobRow & { readonly job: { readonly state: { readonly at: "live" } } };
  readonly token: Token;
  /** Whether the model could be had, as it stood before the claim. */
  readonly limit: Limit;
  /** When sessions may start again, as the vendor told some session that has reported it. */
  readonly toldUntil: number;
  /** Jobs as they were before the claim. */
  readonly before: ReadonlyMap<string, JobRow>;
}

export interface Landed extends Scene {
  readonly request: PublishRequest;
}

export interface Gone extends Scene {
  readonly room: Room;
}

export interface Refused extends Gone {
  readonly by: Process;
}

export interface Writing extends Scene {
  readonly changes: readonly Change[];
  readonly by: Process;
}

export interface Completed extends Scene {
  readonly cycle: Cycle;
  readonly outcome: CycleOutcome;
}

export interface Created extends Scene {
  readonly task: Task;
}

export interface Planned extends Scene {
  readonly cycle: Cycle;
}

export interface Finishing extends Scene {
  readonly delivery: Delivery;
}

export interface Charged extends Scene {
  /** What the charged session spends from. */
  readonly account: Account;
}

export interface SessionBegun extends Scene {
  readonly request: SessionRequest;
  readonly by: Process;
  readonly book: Book | null;
}

/** A promise that is looked at whenever facts of its kind come up; it answers what is wrong. */
export interface Invariant<F> {
  readonly name: string;
  /** The promise of the program that it stands for. */
  readonly promise: string;
  readonly check: (facts: F) => string | null;
}
