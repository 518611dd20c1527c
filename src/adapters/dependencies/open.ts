/** Installs a project's dependencies into workspaces, each set once by running its set-up command. */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Dependencies, Installed } from "../../ports/dependencies.ts";
import type { Shell } from "../../ports/shell.ts";
import type { Setup } from "./ecosystems.ts";
import { environmentOf } from "./environment.ts";
import { type Fresh, installFresh } from "./fresh.ts";
import { keyOf, setupOf } from "./setup.ts";
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
}

/** What was installed, and whether the set-up ran for it. */
type Outcome =
  | { readonly kind: "ready"; readonly how: "none" | "store" | "fresh"; readonly paths: Paths }
  | Extract<Fresh, { readonly kind: "failed" }>;
type Paths = readonly string[];

const timeoutDefaultMs = 15 * 60_000;

/** Opens the dependencies of one project. */
export function openDependencies(options: DependenciesOptions): Dependencies {
  const install = openInstall(options);
  return {
    async install(workspace, signal): Promise<Installed> {
      const startedAt = performance.now();
      const folder = await realpath(workspace.path); // what programs would call it
      const setup = await setupOf(folder, options.setupCommand);
      const outcome = await install(folder, setup, signal);
      if (outcome.kind === "failed") return outcome;
      const env = await environmentOf(folder, outcome.paths, options.path);
      return { ...outcome, env, durationMs: performance.now() - startedAt };
    },
    async command(workspace) {
      const setup = await setupOf(workspace.path, options.setupCommand);
      return setup === null ? null : `${setup.command} (${setup.source})`;
    },
  };
}

function openInstall(options: DependenciesOptions) {
  const { storeDir, path, shell, env, timeoutMs = timeoutDefaultMs } = options;
  const store = openStore({ folder: join(storeDir, "store"), path });
  const stamps = openStamps(join(storeDir, "workspaces"));
  const filling = new Map<string, Promise<unknown>>();

  const runAndKeep = async (
    workspace: string,
    key: string,
    { command }: Setup,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    const fresh = await installFresh(shell, { command, cwd: workspace, env, timeoutMs }, signal);
    if (fresh.kind === "failed") return fresh;
    // Without a copy in the store the next workspace runs the set-up itself.
    await store.fill(key, workspace, fresh.paths, signal).catch(() => undefined);
    return { kind: "ready", how: "fresh", paths: fresh.paths };
  };

  return async (workspace: string, setup: Setup | null, signal: AbortSignal): Promise<Outcome> => {
    if (setup === null) {
      await stamps.clear(workspace);
      return { kind: "ready", how: "none", paths: [] };
    }
    const installed = await stamps.paths(workspace);
    const key = await keyOf({ workspace, setup, installed }, shell, signal);
    const present = await stamps.untouched(workspace, key);
    if (present !== null) return { kind: "ready", how: "store", paths: present };
    await stamps.clear(workspace);
    let copied = await store.copy(key, workspace, signal);
    if (copied === null && filling.has(key)) {
      await filling.get(key); // one set-up for all that want the same at once
      copied = await store.copy(key, workspace, signal);
    }
    if (copied !== null) {
      await stamps.remember(workspace, key, copied);
      return { kind: "ready", how: "store", paths: copied };
    }
    const running = runAndKeep(workspace, key, setup, signal);
    filling.set(
      key,
      running.catch(() => undefined),
    );
    const outcome = await running.finally(() => filling.delete(key));
    if (outcome.kind === "ready") await stamps.remember(workspace, key, outcome.paths);
    return outcome;
  };
}
