/**
 * What a project needs before its checks can run: `node_modules`, `.venv`, `target`.
 *
 * Contract: filled once for each hash of (lockfiles, set-up command, runtime, platform) by the
 * project's set-up command, then handed to workspaces as a private copy or overlay; never a link to
 * the person's own folders. What is installed is never part of a snapshot.
 */
import type { Workspace } from "./repo.ts";

export type Installed =
  /** `how` tells where they came from: `none needed`, `store`, `fresh`. */
  | {
      readonly kind: "ready";
      readonly how: "none" | "store" | "fresh";
      readonly durationMs: number;
    }
  /** The set-up command failed; `output` is its bounded output. */
  | { readonly kind: "failed"; readonly command: string; readonly output: string };

export interface Dependencies {
  install(workspace: Workspace, signal: AbortSignal): Promise<Installed>;
  /** The command in use and where it was found, for people; `null` where none is needed. */
  command(workspace: Workspace): Promise<string | null>;
}
