/**
 * One project's code: where agents get a copy of it, how their work is taken, how it lands.
 *
 * Contract (tests/contract/repo.ts): nothing here changes the person's working tree, index, stash
 * or
 * HEAD, but for a fast-forward of the checked-out target branch that git itself permits. Whatever
 * is
 * asked twice has the effect of once. Git's failures throw `RepoError` with what to do next; what a
 * repository may legitimately be (conflicting, moved, dirty) is an answer.
 */
import type { FileChange } from "../core/change.ts";
import type { CommitSha, Instant, TaskId, Token, TreeSha } from "../core/ids.ts";
import type { Leftover } from "../core/records.ts";

/** A commit and the tree it holds. */
export interface Commit {
  readonly commit: CommitSha;
  readonly tree: TreeSha;
}

/** A private clone at one commit. `await using` gives it back to the pool. */
export interface Workspace extends AsyncDisposable {
  /** Stable across restarts: a workspace can be opened again by name. */
  readonly name: string;
  /** Folder of the project in the clone (a subfolder where the project is one). */
  readonly path: string;
  /** Top folder of the clone; the same as `path` where it is not given. */
  readonly root?: string;
  /**
   * Folders outside `path` that commands in it must be able to read (borrowed objects,
   * dependencies).
   */
  readonly readable: readonly string[];
  readonly base: CommitSha;
  /**
   * Keeps what is installed in it out of snapshots, and in place when the clone is reset. Paths are
   * relative to `path`; each call replaces the last one's.
   */
  shield(paths: readonly string[]): Promise<void>;
  /** Gives the workspace up without returning it: its files stay for a later `reopen`. */
  keep(): void;
}

export interface OpenRequest {
  readonly at: CommitSha;
  /** Whose workspace this is, e.g. `work-<task>-<attempt>`; unique among those that are open. */
  readonly name: string;
}

export interface SnapshotRequest {
  readonly message: string;
  /** Most files and bytes that a change may have. */
  readonly filesMax: number;
  readonly bytesMax: number;
}

export type Snapshot =
  | {
      readonly kind: "taken";
      readonly commit: CommitSha;
      readonly tree: TreeSha;
      readonly changes: readonly FileChange[];
    }
  | { readonly kind: "empty" }
  /**
   * `problems` name each path and why: gitlink, nested repository, escaping symlink, FIFO, size.
   */
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Why a workspace that nobody submits is given up, and whose it is. */
export interface RescueRequest {
  readonly task: TaskId;
  readonly attempt: number;
  /** For the person, in a phrase. */
  readonly why: string;
}

/** What was kept of a workspace whose work was not submitted. */
export interface Rescued extends RescueRequest, Leftover {
  readonly workspace: string;
}

/** Work that did not land, as a person finds it in their repository. */
export interface KeptWork {
  readonly ref: string;
  /** As the reference names it; the ledger need not know it any more. */
  readonly task: string;
  readonly commit: CommitSha;
  readonly at: Instant;
  /** The first line of its commit's message. */
  readonly subject: string;
  /** Why it was kept; empty where that was not written down. */
  readonly why: string;
  /** The project that kept it; empty where that was not written down. */
  readonly project: string;
  readonly changes: readonly FileChange[];
}

export type Merge =
  | {
      readonly kind: "merged";
      readonly commit: CommitSha;
      readonly tree: TreeSha;
      readonly changes: readonly FileChange[];
    }
  | { readonly kind: "conflicted"; readonly paths: readonly string[]; readonly detail: string }
  /** The candidate changes nothing that the base does not have. */
  | { readonly kind: "nothing" };

export interface PublishRequest {
  readonly task: TaskId;
  /** The head that `to` was built on; the branch must still be there. */
  readonly from: CommitSha;
  readonly to: CommitSha;
  /** Fences off mergers with smaller tokens. */
  readonly token: Token;
}

export type Publication =
  | { readonly kind: "landed"; readonly commit: CommitSha }
  /** The branch has moved, or a later merger holds the fence. */
  | { readonly kind: "raced" }
  /**
   * The person's edits or an operation in progress are in the way; the work waits on `orch/ready`.
   */
  | { readonly kind: "parked"; readonly why: string };

export interface Diff {
  /** Unified, bounded; ends in a line that says so where it was cut. */
  readonly text: string;
  readonly changes: readonly FileChange[];
}

export interface LeaveRequest {
  /** Names of workspaces that stay as they are. */
  readonly but: readonly string[];
  readonly why: string;
  /** Writes a rescue down before its workspace goes: whoever dies in between is asked again. */
  readonly told?: (rescued: Rescued) => Promise<void>;
}

export interface Repo {
  /** Brings the person's branch into the hub and answers its head. */
  sync(signal: AbortSignal): Promise<Commit & { readonly branch: string }>;
  /** Opens a clean workspace; another one where a living process has one of this name open. */
  open(request: OpenRequest, signal: AbortSignal): Promise<Workspace>;
  /** Tells whether a living process has a workspace of this name open. */
  isOpen(name: string, signal: AbortSignal): Promise<boolean>;
  /** Opens a kept workspace as it was left; `null` where it is gone or damaged. */
  reopen(name: string, base: CommitSha, signal: AbortSignal): Promise<Workspace | null>;
  /**
   * Leaves a workspace as one in which `ours` was being merged with `theirs`: conflicted paths with
   * markers,
   * all else merged.
   */
  openConflict(
    request: OpenRequest & { readonly theirs: CommitSha },
    signal: AbortSignal,
  ): Promise<Workspace & { readonly conflicted: readonly string[] }>;
  /** Takes the files of a workspace as a commit on its base; call when its processes are gone. */
  snapshot(workspace: Workspace, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot>;
  /**
   * Keeps what a workspace holds beyond what it was opened with, whatever a snapshot would refuse
   * of it; `null` where that is nothing. Asked again, the same files are kept once.
   */
  rescue(
    workspace: Workspace,
    request: RescueRequest,
    signal: AbortSignal,
  ): Promise<Rescued | null>;
  /** Rescues what a task's closed workspaces hold, and gives up all but those named. */
  leave(task: TaskId, request: LeaveRequest, signal: AbortSignal): Promise<readonly Rescued[]>;
  /**
   * Makes a task that is begun visible to the person as branch `orch/<id>`, unless it is already.
   */
  show(task: TaskId, base: CommitSha, signal: AbortSignal): Promise<void>;
  /**
   * Makes an attempt's commit visible to the person as branch `orch/<id>` and keeps it from
   * collection.
   */
  keep(task: TaskId, attempt: number, commit: CommitSha, signal: AbortSignal): Promise<void>;
  /** A commit with its tree. */
  commit(sha: CommitSha, signal: AbortSignal): Promise<Commit>;
  diff(from: CommitSha, to: CommitSha, bytesMax: number, signal: AbortSignal): Promise<Diff>;
  /**
   * A text file of a commit, bounded; `null` where there is none. Paths are relative to the
   * project.
   */
  read(at: CommitSha, path: string, bytesMax: number, signal: AbortSignal): Promise<string | null>;
  /** Paths of a commit's files, bounded, relative to the project. */
  list(at: CommitSha, filesMax: number, signal: AbortSignal): Promise<readonly string[]>;
  /** Merges `candidate` into `base` without a checkout, as one merge commit. */
  merge(
    base: CommitSha,
    candidate: CommitSha,
    message: string,
    signal: AbortSignal,
  ): Promise<Merge>;
  /** The landing of a task in the branch's history, if it is there already. */
  landingOf(task: TaskId, signal: AbortSignal): Promise<CommitSha | null>;
  /** Takes the landing fence; `false` where a later merger has it. */
  fence(token: Token, signal: AbortSignal): Promise<boolean>;
  publish(request: PublishRequest, signal: AbortSignal): Promise<Publication>;
  /**
   * Pushes the target branch to its upstream; only called where the portfolio says `push: true`.
   */
  push(
    signal: AbortSignal,
  ): Promise<{ readonly kind: "pushed" } | { readonly kind: "refused"; readonly why: string }>;
  /**
   * Removes the branch and attempt refs of a task that has landed, and empty branches; keeps all
   * else.
   */
  sweep(task: TaskId, signal: AbortSignal): Promise<void>;
}

/** A failure of git or the disk, with what the person can do about it. */
export class RepoError extends Error {
  override readonly name = "RepoError";
  /** What the person can do about it. */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}
