/** Workspaces of the fake repository: files that outlive the process that has them open. */
import type { CommitSha } from "../../../src/core/ids.ts";
import { RepoError, type Workspace } from "../../../src/ports/repo.ts";
import type { Tree } from "./git.ts";
import type { Process } from "./time.ts";
import { type Land, onPurpose, type Room, type Universe } from "./universe.ts";

/** Opens a workspace whose files are those of `tree`; another one where its name is taken. */
export function openRoom(
  universe: Universe,
  land: Land,
  process: Process,
  given: { readonly name: string; readonly base: CommitSha; readonly tree: Tree },
): Workspace {
  const { rooms, pool } = land;
  const files = new Map([...given.tree, ...pool.files]);
  const { name, base } = given;
  const serial = (serials.get(land) ?? 0) + 1;
  serials.set(land, serial);
  const opened = new Map(given.tree);
  const place = isRoomOpen(land, name) ? `${name}~${serial}` : name;
  const { shield } = pool;
  const room: Room = { name, place, serial, base, files, opened, shield, holder: process };
  rooms.set(place, room);
  return workspaceIn(universe, land, room);
}

const serials = new WeakMap<Land, number>();

/** Tells whether a living process has a workspace of this name open. */
export const isRoomOpen = ({ rooms }: Land, name: string): boolean =>
  rooms.get(name)?.holder?.alive === true;

/** Opens a workspace as it was left; null where it is gone or on another base. */
export function reopenRoom(
  universe: Universe,
  land: Land,
  process: Process,
  given: { readonly name: string; readonly base: CommitSha },
): Workspace | null {
  const room = land.rooms.get(given.name);
  if (room === undefined) return null;
  if (isRoomOpen(land, given.name)) {
    universe.watch.refused(land, room, process);
    throw new RepoError(
      `${onPurpose}the workspace ${room.name} is in use by a running process`,
      "wait until it has ended",
    );
  }
  if (room.base !== given.base) return null;
  room.holder = process;
  return workspaceIn(universe, land, room);
}

function workspaceIn(universe: Universe, land: Land, room: Room): Workspace {
  const { rooms, pool } = land;
  const { name, place, base } = room;
  let given = false;
  return {
    name,
    path: place,
    readable: [],
    base,
    async shield(paths) {
      room.shield = paths;
    },
    keep() {
      given = true;
      room.holder = null;
    },
    async [Symbol.asyncDispose]() {
      if (given) return;
      given = true;
      room.holder = null;
      if (rooms.get(place) !== room) return;
      giveUp(universe, land, room);
      pool.shield = room.shield;
      pool.files.clear();
      for (const path of room.shield) {
        const text = room.files.get(path);
        if (text !== undefined) pool.files.set(path, text);
      }
    },
  };
}

/** Makes a workspace nobody's: what it holds is gone. */
export function giveUp(universe: Universe, land: Land, room: Room): void {
  universe.watch.gone(land, room);
  land.rooms.delete(room.place);
}

/** The files of a workspace that a snapshot takes. */
export const workOf = ({ files, shield }: Room): Tree =>
  new Map([...files].filter(([path]) => !shield.includes(path)));
