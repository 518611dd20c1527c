/** A workspace in which a merge stands half done, for an agent to finish. */
import type { CommitSha } from "../../core/ids.ts";
import type { OpenRequest, Workspace } from "../../ports/repo.ts";
import { mergeTrees } from "./merge.ts";
import type { Site } from "./site.ts";
import { openWithTree } from "./workspace.ts";

/** Opens `request.at` with `request.theirs` merged into its files, markers where they collide. */
export async function openConflicted(
  site: Site,
  request: OpenRequest & { readonly theirs: CommitSha },
  signal: AbortSignal,
): Promise<Workspace & { readonly conflicted: readonly string[] }> {
  const pair = { base: request.at, candidate: request.theirs };
  const { tree, paths } = await mergeTrees(site, pair, signal);
  const workspace = await openWithTree(site, { ...request, tree }, signal);
  const inside = paths.filter((path) => path.startsWith(site.prefix));
  const conflicted = inside.map((path) => path.slice(site.prefix.length));
  return Object.assign(workspace, { conflicted });
}
