/** Workspaces of the fake repository: files that outlive the process that has them open. */
import type { CommitSha } from "../../../src/core/ids.ts";
import { RepoError, type Workspace } from "../../../src/ports/repo.ts";
import type { Tree } from "./git.ts";
import type { Process } from "./time.ts";
import { type Land, onPurpose, type Room } from "./universe.ts";

/** Opens a workspace whose files are those of `tree`. */
export function openRoom(
  land: Land,
  process: Process,
  given: { readonly name: string; readonly base: CommitSha; readonly tree: Tree },
): Workspace {
  const { rooms, pool } = land;
  free(rooms.get(given.name));
  const files = new Map([...given.tree, ...pool.files]);
  const { name, base } = given;
  const serial = (serials.get(land) ?? 0) + 1;
  serials.set(land, serial);
  const opened = new Map(given.tree);
  const room: Room = { name, serial, base, files, opened, shield: pool.shield, holder: process };
  rooms.set(name, room);
  return workspaceIn(land, room);
}

const serials = new WeakMap<Land, number>();

/** Opens a workspace as it was left; null where it is gone or on another base. */
export function reopenRoom(
  land: Land,
  process: Process,
  given: { readonly name: string; readonly base: CommitSha },
): Workspace | null {
  const room = land.rooms.get(given.name);
  if (room === undefined) return null;
  free(room);
  if (room.base !== given.base) return null;
  room.holder = process;
  return workspaceIn(land, room);
}

function free(room: Room | undefined): void {
  if (room?.holder?.alive !== true) return;
  throw new RepoError(
    `${onPurpose}the workspace ${room.name} is in use by a running process`,
    "wait until it has ended",
  );
}

function workspaceIn({ rooms, pool }: Land, room: Room): Workspace {
  const { name, base } = room;
  let given = false;
  return {
    name,
    path: name,
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
      if (rooms.get(name) !== room) return;
      rooms.delete(name);
      pool.shield = room.shield;
      pool.files.clear();
      for (const path of room.shield) {
        const text = room.files.get(path);
        if (text !== undefined) pool.files.set(path, text);
      }
    },
  };
}

/** The files of a workspace that a snapshot takes. */
export const workOf = ({ files, shield }: Room): Tree =>
  new Map([...files].filter(([path]) => !shield.includes(path)));
