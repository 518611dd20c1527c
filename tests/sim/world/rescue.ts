/** What workspaces hold beyond their base, kept by a reference before they are given up. */
import { type TaskId, taskId } from "../../../src/core/ids.ts";
import type { LeaveRequest, Rescued, RescueRequest } from "../../../src/ports/repo.ts";
import type { FaultKind } from "../faults/kinds.ts";
import { type Calls, kill } from "./calls.ts";
import { changesBetween } from "./git.ts";
import { giveUp, workOf } from "./rooms.ts";
import { type Land, never, type Room, strikes, type Universe } from "./universe.ts";

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
export async function leave(
  universe: Universe,
  calls: Calls,
  land: Land,
  given: { readonly task: TaskId; readonly request: LeaveRequest },
): Promise<readonly Rescued[]> {
  const { task, request } = given;
  const left: Rescued[] = [];
  const mine = [...land.rooms.values()].filter(
    ({ name }) => authorOf(name)?.task === task && !request.but.includes(name),
  );
  for (const room of mine) {
    const author = authorOf(room.name);
    if (author === null || land.rooms.get(room.place) !== room) continue;
    if (room.holder?.alive === true) continue;
    room.holder = calls.process; // its lock
    const kept = rescue(land, room, { ...author, why: request.why });
    if (kept !== null) {
      left.push(kept);
      await dieOf(universe, calls, "killed when it has rescued");
      await request.told?.(kept).catch((fault: unknown) => {
        room.holder = null; // what nobody could write down stays
        throw fault;
      });
      if (request.told !== undefined) universe.watch.rescued(land, kept);
    }
    giveUp(universe, land, room);
  }
  return left;
}

/** Dies at this very moment, where the fault strikes. */
export async function dieOf(universe: Universe, calls: Calls, kind: FaultKind): Promise<void> {
  if (!strikes(universe, kind)) return;
  kill(universe, calls.process, kind);
  await never();
}

const authored = /^(?:work|resolve)-([a-z0-9]{12})-(\d+)/;

/** Whose work a workspace holds; null where nobody authors anything in it. */
export function authorOf(name: string): { readonly task: TaskId; readonly attempt: number } | null {
  const [, id, attempt] = authored.exec(name) ?? [];
  return id === undefined ? null : { task: taskId(id), attempt: Number(attempt) };
}
