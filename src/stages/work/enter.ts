/** Where an attempt works: its own workspace again, or a new one, with what the last one left. */
import type { CommitSha } from "../../core/ids.ts";
import type { Attempt, Leftover } from "../../core/records.ts";
import type { Task } from "../../core/task.ts";
import type { Workspace } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { leftoverOf } from "./leftover.ts";

/** What an earlier attempt left, and whether this one may go on from it. */
export interface Before {
  readonly leftover: Leftover;
  readonly goesOn: boolean;
}

export interface Entered {
  readonly workspace: Workspace;
  /** Whether it is the attempt's own workspace, as the last try left it. */
  readonly resumed: boolean;
  readonly before: Before | null;
  /** The commit whose changes are in the workspace from the beginning. */
  readonly carried: CommitSha | null;
}

export interface EnterRequest {
  readonly task: Task;
  readonly attempt: Attempt;
  /** Goes on in the attempt's workspace and session, where they are still there. */
  readonly resume: boolean;
  readonly before: Before | null;
  /** Name of the workspace to take where a process that lost the task has the attempt's open. */
  readonly spare: string;
}

/** Enters the workspace of an attempt. */
export async function enter(
  { world }: Stage,
  { task, attempt, resume, before, spare }: EnterRequest,
  signal: AbortSignal,
): Promise<Entered> {
  let known = before;
  const isTaken = await world.repo.isOpen(attempt.workspace, signal);
  const name = isTaken ? spare : attempt.workspace;
  if (!isTaken && resume && attempt.base !== null) {
    const kept = await world.repo.reopen(name, attempt.base, signal);
    if (kept !== null)
      return { workspace: kept, resumed: true, before, carried: attempt.carried ?? null };
    const why = "its workspace could not be opened again";
    const left = await world.repo.leave(task.id, { but: [], why }, signal);
    const own = left.find(({ workspace }) => workspace === name);
    if (own !== undefined) known = { leftover: leftoverOf(own), goesOn: true };
  }
  const at = (await world.repo.sync(signal)).commit;
  if (known?.goesOn === true && known.leftover.changes.length > 0) {
    const theirs = known.leftover.commit;
    const opened = await world.repo.openConflict({ at, name, theirs }, signal);
    if (opened.conflicted.length === 0)
      return { workspace: opened, resumed: false, before: known, carried: theirs };
    await opened[Symbol.asyncDispose](); // the branch has moved on below it
  }
  const workspace = await world.repo.open({ at, name }, signal);
  return { workspace, resumed: false, before: known, carried: null };
}
