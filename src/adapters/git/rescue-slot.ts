/** What a slot holds and nobody took, kept as a rescue before the slot is used anew. */
import { type TaskId, taskId } from "../../core/ids.ts";
import type { Rescued, RescueRequest } from "../../ports/repo.ts";
import { hasLanded } from "./proof.ts";
import { keepRescued, keptAlready } from "./rescues.ts";
import { salvageSlot } from "./salvage.ts";
import type { Site } from "./site.ts";
import type { Slot, SlotRecord } from "./slots.ts";

/** Names of workspaces that hold an author's work. */
const authored = /^(?:work|resolve)-([a-z0-9]{12})-(\d+)(?:-\d+){0,2}$/;

/** Whose work a workspace holds; `null` where nobody authors anything in it. */
export function authorOf(name: string): { readonly task: TaskId; readonly attempt: number } | null {
  const [, task, attempt] = authored.exec(name) ?? [];
  return task === undefined ? null : { task: taskId(task), attempt: Number(attempt) };
}

export interface Left extends RescueRequest {
  readonly slot: Slot;
  readonly record: SlotRecord;
}

/** Keeps what a slot holds. */
export async function rescueSlot(
  site: Site,
  left: Left,
  signal: AbortSignal,
): Promise<Rescued | null> {
  const { slot, record, task, why } = left;
  const { base } = record;
  const message = (leftOut: readonly string[]): string => messageOf(site, left, leftOut);
  const salvaged = await salvageSlot(
    site,
    slot,
    { base, begunTree: record.tree ?? null, message },
    signal,
  );
  if (salvaged === null) return null;
  const { tree, changes, leftOut } = salvaged;
  const told = { commit: salvaged.commit, branch: site.branch };
  if (leftOut.length === 0 && (await hasLanded(site.hub.dir, told, signal))) return null;
  const before = leftOut.length > 0 ? null : await keptAlready(site, task, { tree, base }, signal);
  const commit = before?.commit ?? salvaged.commit;
  const ref = before?.ref ?? (await keepRescued(site, { task, commit }, signal));
  return {
    task,
    attempt: left.attempt,
    workspace: record.name,
    ref,
    commit,
    changes,
    leftOut,
    why,
  };
}

function messageOf(
  site: Site,
  { record, task, attempt, why }: Left,
  leftOut: readonly string[],
): string {
  const left = leftOut.map((each) => `- ${each.replaceAll("\n", " ")}`);
  return [
    `Work of ${record.name} that was not submitted`,
    ...(left.length === 0 ? [] : [`Left out, because it cannot be a commit:\n${left.join("\n")}`]),
    [
      `Orch-Project: ${site.project}`,
      `Orch-Task: ${task}`,
      `Orch-Attempt: ${attempt}`,
      `Orch-Why: ${why.replaceAll(/\s+/g, " ").slice(0, 300)}`,
      "",
    ].join("\n"),
  ].join("\n\n");
}
