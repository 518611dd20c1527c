/** The simulator's repository keeps the contract of real ones, so that it can be trusted. */
import type { Repo, Workspace } from "../../src/ports/repo.ts";
import { commit } from "../sim/people/commits.ts";
import { openScene } from "../sim/scene.ts";
import { openCalls } from "../sim/world/calls.ts";
import { openGit } from "../sim/world/git.ts";
import { fakeRepo } from "../sim/world/repo.ts";
import type { Land } from "../sim/world/universe.ts";
import { passing } from "../support/virtual.ts";
import { repoContract } from "./repo.ts";

repoContract("the simulator's model of git", async (files) => {
  const scene = openScene();
  const land: Land = { ...scene.land, git: openGit(files), rooms: new Map() };
  const process = { owner: "agent", seat: "agent", alive: true, frozenUntil: 0 };
  const repo = fakeRepo(scene.universe, openCalls(scene.universe, process), land);
  const timed = Object.entries(repo).map(([name, call]) => [
    name,
    (...args: never[]) => passing(scene, call(...args)),
  ]);
  const roomOf = (workspace: Workspace | null): Map<string, string> => {
    const room = land.rooms.get(workspace?.path ?? "");
    if (room === undefined) throw new Error("ENOENT: no workspace");
    return room.files;
  };
  return {
    repo: Object.fromEntries(timed) as Repo, // the same functions, each with time to pass
    files: {
      async read(workspace, path) {
        const text = roomOf(workspace).get(path);
        if (text === undefined) throw new Error(`ENOENT: no ${path}`);
        return text;
      },
      async write(workspace, path, text) {
        roomOf(workspace).set(path, text);
      },
      async remove(workspace, path) {
        roomOf(workspace).delete(path);
      },
    },
    async push(more) {
      const { git } = land;
      const tree = new Map([...git.tree(git.find(git.head).tree), ...Object.entries(more)]);
      commit(land, tree, null);
    },
  };
});
