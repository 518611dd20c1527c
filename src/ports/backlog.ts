/** Where work comes from. */
import type { CommitSha } from "../core/ids.ts";

export interface BacklogDocument {
  /** What the planner is told that this is, e.g. `CLAUDE.md`. */
  readonly source: string;
  /** Bounded text. */
  readonly text: string;
}

export interface Backlog {
  /** Reads the backlog as of a commit of the project; empty where there is none. */
  read(at: CommitSha, signal: AbortSignal): Promise<readonly BacklogDocument[]>;
}
