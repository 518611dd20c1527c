/** Takes the files of a workspace as a commit, or says why they cannot be taken. */
import type { FileChange } from "../../core/change.ts";
import type { Failure } from "../../core/failure.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { Workspace } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";

/** One coherent change stays far below this; a runaway generator does not. */
const filesMax = 2_000;
const bytesMax = 50 * 1024 * 1024;

export type Taken =
  | {
      readonly kind: "submitted";
      readonly commit: CommitSha;
      readonly base: CommitSha;
      readonly changes: readonly FileChange[];
    }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Snapshots a workspace whose processes are gone. */
export async function take(
  { world }: Stage,
  { workspace, title }: { readonly workspace: Workspace; readonly title: string },
  signal: AbortSignal,
): Promise<Taken> {
  const request = { message: title, filesMax, bytesMax };
  const snapshot = await world.repo.snapshot(workspace, request, signal);
  switch (snapshot.kind) {
    case "taken": {
      const { commit, changes } = snapshot;
      return { kind: "submitted", commit, base: workspace.base, changes };
    }
    case "empty":
      return failed("emptyChange", "the worker submitted, but no file differs");
    case "refused":
      return failed("unsafeChange", snapshot.problems.join("\n"));
    default:
      return snapshot satisfies never;
  }
}

const failed = (kind: Failure["kind"], detail: string): Taken => ({
  kind: "failed",
  failure: { kind, detail },
});
