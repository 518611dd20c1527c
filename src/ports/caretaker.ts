/**
 * Looking for what is there and nobody needs, by what is really there against what the ledger says.
 *
 * Contract: looking changes nothing. What is found is safe to mend at any time: nothing that a
 * living process uses, that an attempt will go on from, or that holds work which did not land is
 * ever removed; such work is kept as a rescue first. Mending twice is mending once.
 */
import type { Instant, ProjectName, SessionId, TaskId } from "../core/ids.ts";

export type FindingKind =
  | "workspace"
  | "references"
  | "lock"
  | "temporary"
  | "session"
  | "transcript"
  | "process"
  | "hub"
  | "quota"
  /** Of a project that the portfolio does not list. */
  | "stray";

/** One thing that should not be as it is. */
export interface Finding {
  readonly kind: FindingKind;
  /** Null for what projects share. */
  readonly project: ProjectName | null;
  /** In a phrase, with its place. */
  readonly what: string;
  /** What is safely done about it; null where only a person can do something. */
  readonly action: string | null;
  /** What that frees on the disk. */
  readonly bytes: number;
}

export interface Found {
  readonly finding: Finding;
  /** Does what the finding's action says. */
  mend(signal: AbortSignal): Promise<void>;
}

/** What the ledger says of a task that something was found of. */
export type Fate =
  | { readonly at: "open" }
  | { readonly at: "over"; readonly since: Instant }
  | { readonly at: "unknown" };

/** What the ledger knows, and how far a look may go. */
export interface Known {
  readonly fateOf: (task: TaskId) => Promise<Fate>;
  /** Names of workspaces in which an attempt goes on. */
  readonly workspaces: ReadonlySet<string>;
  /** Sessions that an attempt may resume. */
  readonly sessions: ReadonlySet<SessionId>;
  readonly now: Instant;
  /** What is over is kept for this long. */
  readonly keepMs: number;
  /** Whether nobody else works in the data folder, this process included. */
  readonly alone: boolean;
  /** Whether every object may be read and every file be weighed, which takes its time. */
  readonly thorough: boolean;
}

export interface Caretaker {
  look(known: Known, signal: AbortSignal): Promise<readonly Found[]>;
}
