/** Giving workspaces up: what they hold and nobody took is kept as a rescue before they go. */
import type { TaskId } from "../../core/ids.ts";
import type { LeaveRequest, Rescued, RescueRequest, Workspace } from "../../ports/repo.ts";
import { authorOf, rescueSlot } from "./rescue-slot.ts";
import type { Site } from "./site.ts";
import { closedSlots, freeSlot, readRecord } from "./slots.ts";
import { slotOf } from "./workspace.ts";

/** Keeps what a workspace of this process holds beyond its opening; `null`: that is nothing. */
export async function rescueWorkspace(
  site: Site,
  workspace: Workspace,
  request: RescueRequest,
  signal: AbortSignal,
): Promise<Rescued | null> {
  const slot = slotOf(workspace);
  const record = await readRecord(slot.dir);
  return record === null ? null : rescueSlot(site, { slot, record, ...request }, signal);
}

/** Rescues and frees all workspaces of a task that no process has open, but for those to keep. */
export async function leaveTask(
  site: Site,
  task: TaskId,
  { but, ...request }: LeaveRequest,
  signal: AbortSignal,
): Promise<readonly Rescued[]> {
  const isLeft = (name: string): boolean => authorOf(name)?.task === task && !but.includes(name);
  return leaveSlots(site, isLeft, request, signal);
}

/** Rescues and frees the closed workspaces whose names match. */
export async function leaveSlots(
  site: Site,
  matches: (name: string) => boolean,
  { why, told }: Omit<LeaveRequest, "but">,
  signal: AbortSignal,
): Promise<readonly Rescued[]> {
  const rescued: Rescued[] = [];
  for await (const { slot, record } of closedSlots(site.workspacesDir, matches)) {
    try {
      const author = authorOf(record.name);
      const kept =
        author === null ? null : await rescueSlot(site, { slot, record, ...author, why }, signal);
      if (kept !== null) rescued.push(kept);
      if (kept !== null) await told?.(kept);
      await freeSlot(slot);
    } catch (error) {
      slot.lock.release(); // it stays as it is: what cannot be kept is not given up
      throw error;
    }
  }
  return rescued;
}
