/** What workspaces hold beyond their base, kept by a reference before they are given up. */
import { type TaskId, taskId } from "../../../src/core/ids.ts";
import type { Rescued, RescueRequest } from "../../../src/ports/repo.ts";
import { changesBetween } from "./git.ts";
import { workOf } from "./rooms.ts";
import type { Land, Room } from "./universe.ts";

/** Keeps a workspace's files; null where they are those that it was opened with. */
export function rescue({ git }: Land, room: Room, request: RescueRequest): Rescued | null {
  const files = new Map([...workOf(room)].filter(([path]) => !path.endsWith("/.git")));
  const leftOut = [...workOf(room).keys()].filter((path) => path.endsWith("/.git"));
  const tree = git.writeTree(files);
  if (tree === git.writeTree(room.opened)) return null;
  const made = { tree, parents: [room.base], task: null, reverts: null };
  const { id: commit } = git.commit(`rescue ${room.base} ${tree}`, made);
  const ref = `rescue/${request.task}/${commit}`;
  git.refs.set(ref, commit);
  const changes = changesBetween(git.tree(git.find(room.base).tree), files);
  return { ...request, ref, commit, changes, leftOut, workspace: room.name };
}

/** Rescues and gives up the workspaces of a task that nobody has open, but for those named. */
export function leave(
  land: Land,
  task: TaskId,
  { but, why }: { readonly but: readonly string[]; readonly why: string },
): readonly Rescued[] {
  const left: Rescued[] = [];
  for (const room of [...land.rooms.values()]) {
    const [, id, attempt] = room.name.split("-");
    if (id !== task || but.includes(room.name) || room.holder?.alive === true) continue;
    const kept = rescue(land, room, { task: taskId(id), attempt: Number(attempt), why });
    if (kept !== null) left.push(kept);
    land.rooms.delete(room.name);
  }
  return left;
}
