/**
 * Installs a project's dependencies into workspaces, each set once by running its set-up command.
 */
import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Reach } from "../../core/reach.ts";
import type { Dependencies, Installed } from "../../ports/dependencies.ts";
import type { Workspace } from "../../ports/repo.ts";
import type { Shell } from "../../ports/shell.ts";
import { environmentOf } from "./environment.ts";
import { installFresh } from "./fresh.ts";
import { keyOf, type PlacedSetup, type Places, setupOf } from "./setup.ts";
import { openStamps } from "./stamps.ts";
import { openStore } from "./store.ts";

export interface DependenciesOptions {
  readonly shell: Shell;
  /** Folder of the project's store; need not exist. */
  readonly storeDir: string;
  /** The portfolio's command: `null` finds one by the lockfiles, an empty one means none. */
  readonly setupCommand: string | null;
  /** Added to the set-up command's environment: proxies, trust, what the portfolio names. */
  readonly env: Readonly<Record<string, string>>;
  /** Where programs are looked for. */
  readonly path: string;
  /** Longest time of a set-up; 15 minutes unless told. */
  readonly timeoutMs?: number;
  /** What the set-up command reaches; nothing where it is left out. */
  readonly network?: Reach;
}

/** What was installed, and whether the set-up ran for it. */
type Outcome =
  | { readonly kind: "ready"; readonly how: "none" | "store" | "fresh"; readonly paths: Paths }
  | Extract<Installed, { readonly kind: "failed" }>;
type Paths = readonly string[];

/** The top of a clone, and what commands in it must be able to read besides. */
interface Room {
  readonly top: string;
  readonly readable: readonly string[];
}

const timeoutDefaultMs = 15 * 60_000;

/** Opens the dependencies of one project. */
export function openDependencies(options: DependenciesOptions): Dependencies {
  const install = openInstall(options);
  return {
    async install(workspace, signal): Promise<Installed> {
      const startedAt = performance.now();
      const { top, project } = await placesOf(workspace);
      const setup = await setupOf({ top, project }, options.setupCommand);
      const outcome = await install({ top, readable: workspace.readable }, setup, signal);
      if (outcome.kind === "failed") return outcome;
      const paths = outcome.paths.map((each) => relative(project, join(top, each)));
      const env = await environmentOf(project, paths, options.path);
      return { ...outcome, paths, env, durationMs: performance.now() - startedAt };
    },
    async command(workspace) {
      const setup = await setupOf(await placesOf(workspace), options.setupCommand);
      return setup === null ? null : `${setup.command} (${setup.source})`;
    },
  };
}

/** Links resolved: so programs call the folders that they install into. */
async function placesOf({ path, root }: Workspace): Promise<Places> {
  return { project: await realpath(path), top: await realpath(root ?? path) };
}

function openInstall(options: DependenciesOptions) {
  const { storeDir, path, shell, env, timeoutMs = timeoutDefaultMs, network = [] } = options;
  const store = openStore({ folder: join(storeDir, "store"), path });
  const stamps = openStamps(join(storeDir, "workspaces"));
  const filling = new Map<string, Promise<unknown>>();

  const runAndKeep = async (
    { top, readable }: Room,
    key: string,
    { command, cwd }: PlacedSetup,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    const room = { writable: [top], readable, network };
    const run = () => shell.run({ command, cwd, env, timeoutMs, ...room }, signal);
    const fresh = await installFresh(top, run);
    if (fresh.kind === "failed") return { kind: "failed", command, output: fresh.output };
    // Without a copy in the store the next workspace runs the set-up itself.
    await store.fill(key, top, fresh.paths, signal).catch(() => undefined);
    return { kind: "ready", how: "fresh", paths: fresh.paths };
  };

  return async (room: Room, setup: PlacedSetup | null, signal: AbortSignal): Promise<Outcome> => {
    const { top } = room;
    if (setup === null) {
      await stamps.clear(top);
      return { kind: "ready", how: "none", paths: [] };
    }
    const installed = await stamps.paths(top);
    const key = await keyOf(setup, { top, installed }, shell, signal);
    const present = await stamps.untouched(top, key);
    if (present !== null) return { kind: "ready", how: "store", paths: present };
    await stamps.clear(top);
    let copied = await store.copy(key, top, signal);
    if (copied === null && filling.has(key)) {
      await filling.get(key); // one set-up for all that want the same at once
      copied = await store.copy(key, top, signal);
    }
    if (copied !== null) {
      await stamps.remember(top, key, copied);
      return { kind: "ready", how: "store", paths: copied };
    }
    const running = runAndKeep(room, key, setup, signal);
    filling.set(
      key,
      running.catch(() => undefined),
    );
    const outcome = await running.finally(() => filling.delete(key));
    if (outcome.kind === "ready") await stamps.remember(top, key, outcome.paths);
    return outcome;
  };
}
