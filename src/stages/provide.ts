/** Gets a workspace ready to run things in. */
import type { Installed } from "../ports/dependencies.ts";
import type { Workspace } from "../ports/repo.ts";
import type { World } from "./context.ts";

/** Installs what the project needs and keeps it out of every snapshot. */
export async function provide(
  { dependencies }: World,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Installed> {
  const installed = await dependencies.install(workspace, signal);
  if (installed.kind === "ready") await workspace.shield(installed.paths);
  return installed;
}

/** Where a session works: what it may change, and what it may read besides. */
export const roomOf = ({ path, root, readable }: Workspace) => ({
  cwd: path,
  readable,
  writable: [root ?? path],
});

/** What commands in the workspace find in their environment beside the project's own. */
export const envOf = (installed: Installed): Readonly<Record<string, string>> =>
  installed.kind === "ready" ? installed.env : {};
