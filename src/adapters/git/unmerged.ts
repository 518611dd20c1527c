/** All that a project holds and that has not landed: for those who are about to remove it. */
import { type TaskId, taskId } from "../../core/ids.ts";
import { leaveSlots } from "./leave.ts";
import { hasLanded } from "./proof.ts";
import { readRefs } from "./refs.ts";
import { authorOf } from "./rescue-slot.ts";
import { keepRescued } from "./rescues.ts";
import { salvageSlot } from "./salvage.ts";
import type { Site } from "./site.ts";
import { closedSlots } from "./slots.ts";

/** The tasks that have references of ours in the person's repository. */
export async function tasksWithRefs(site: Site, signal: AbortSignal): Promise<readonly TaskId[]> {
  return [...new Set((await taskRefs(site, signal)).map(({ task }) => task))];
}

interface TaskRef {
  readonly ref: string;
  readonly commit: string;
  readonly task: TaskId;
}

async function taskRefs(
  { hub, branchPrefix }: Site,
  signal: AbortSignal,
): Promise<readonly TaskRef[]> {
  const below = ["refs/orch/attempts/", `refs/heads/${branchPrefix}`];
  const found: TaskRef[] = [];
  for (const [ref, commit] of await readRefs(hub.place.commonDir, below, signal)) {
    const start = below.find((each) => ref.startsWith(each)) ?? "";
    const name = ref.slice(start.length).split("/")[0] ?? "";
    if (/^[a-z0-9]{12}$/.test(name)) found.push({ ref, commit, task: taskId(name) });
  }
  return found;
}

async function unlanded(site: Site, signal: AbortSignal): Promise<readonly TaskRef[]> {
  const found: TaskRef[] = [];
  for (const each of await taskRefs(site, signal)) {
    const told = { commit: each.commit, branch: site.branch };
    if (!(await hasLanded(site.hub.place.commonDir, told, signal))) found.push(each);
  }
  return found;
}

/** Names the references, and the workspaces, that hold work which has not landed. */
export async function unmergedWork(site: Site, signal: AbortSignal): Promise<readonly string[]> {
  const refs = (await unlanded(site, signal)).map(({ ref }) => ref.replace(/^refs\/heads\//, ""));
  const kept = await readRefs(site.hub.place.commonDir, ["refs/orch/rescue/"], signal);
  const slots = await fullSlots(site, signal);
  return [...refs, ...kept.keys(), ...slots.map((name) => `the workspace ${name}`)];
}

/** Names the workspaces of dead authors that hold something which a rescue would keep. */
async function fullSlots(site: Site, signal: AbortSignal): Promise<readonly string[]> {
  const full: string[] = [];
  const authored = (name: string): boolean => authorOf(name) !== null;
  for await (const { slot, record } of closedSlots(site.workspacesDir, authored)) {
    try {
      const { base, tree, name } = record;
      const request = { base, begunTree: tree ?? null, message: () => "a look\n" };
      const held = await salvageSlot(site, slot, request, signal);
      if (held === null) continue;
      const told = { commit: held.commit, branch: site.branch };
      const hasAll = held.leftOut.length === 0 && (await hasLanded(site.hub.dir, told, signal));
      if (!hasAll) full.push(name);
    } finally {
      slot.lock.release();
    }
  }
  return full;
}

/** Keeps as rescues what has not landed; references and workspaces of others stay as they are. */
export async function rescueEverything(site: Site, signal: AbortSignal): Promise<void> {
  for (const { task, commit } of await unlanded(site, signal))
    await keepRescued(site, { task, commit }, signal);
  await leaveSlots(site, () => true, { why: "the project was forgotten" }, signal);
}
