/** The simulator's shell keeps what any shell promises, so that it can be trusted. */
import type { FaultKind } from "../sim/faults/kinds.ts";
import { openScene } from "../sim/scene.ts";
import { openCalls } from "../sim/world/calls.ts";
import { openRoom } from "../sim/world/rooms.ts";
import { fakeShell } from "../sim/world/shell.ts";
import { passing } from "../support/virtual.ts";
import { anyShellContract, type Doing } from "./shell.ts";

const faults: { readonly [D in Doing]?: FaultKind } = {
  hangs: "check hangs",
  "is killed": "check is killed",
};

anyShellContract("the simulator's shell", async (doing) => {
  const scene = openScene((kind) => kind === faults[doing]);
  const { universe, land } = scene;
  const process = { owner: "shell", seat: "shell", alive: true, frozenUntil: 0 };
  const shell = fakeShell(universe, openCalls(universe, process), land);
  const tree = new Map([["a", doing === "fails" ? "broken\n" : "good\n"]]);
  openRoom(universe, land, process, { name: "check", base: land.git.head, tree });
  return {
    run: (request, signal) => passing(scene, shell.run(request, signal)),
    request: async () => ({ command: "test", cwd: "check", env: {}, timeoutMs: 20_000 }),
  };
});
