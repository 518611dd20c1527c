/**
 * What a project needs before its checks can run: `node_modules`, `.venv`, `target`.
 *
 * Contract (tests/contract/dependencies.test.ts): filled once for each hash of (lockfiles, set-up
 * command, runtime, platform) by the project's set-up command, then handed to workspaces as a
 * private
 * copy; never a link to the person's own folders. A workspace that has its copy already keeps it
 * only
 * if nobody changed it. A failed set-up leaves nothing behind. What is installed is never part of a
 * snapshot: `paths` names it.
 */
import type { Workspace } from "./repo.ts";

export type Installed =
  /** `how` tells where they came from: `none needed`, `store`, `fresh`. */
  | {
      readonly kind: "ready";
      readonly how: "none" | "store" | "fresh";
      readonly durationMs: number;
      /** What was installed, as paths relative to the workspace's. */
      readonly paths: readonly string[];
      /**
       * What commands in the workspace need in their environment to find it (`PATH` with `.venv`).
       */
      readonly env: Readonly<Record<string, string>>;
    }
  /** The set-up command failed; `output` is its bounded output. */
  | { readonly kind: "failed"; readonly command: string; readonly output: string };

export interface Dependencies {
  install(workspace: Workspace, signal: AbortSignal): Promise<Installed>;
  /** The command in use and where it was found, for people; `null` where none is needed. */
  command(workspace: Workspace): Promise<string | null>;
}
