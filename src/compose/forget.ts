/** Removes a project's traces from its repository and from the data folder. */
import { access, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { leaveShares } from "../adapters/engine/sqlite/bequest.ts";
import { forgetRepo } from "../adapters/git/forget.ts";
import { hubDirOf } from "../adapters/git/hub.ts";
import { locate } from "../adapters/git/locate.ts";
import { openSite } from "../adapters/git/open-repo.ts";
import { rescueEverything, unmergedWork } from "../adapters/git/unmerged.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { repoOptions } from "./site.ts";

/**
 * Forgets a project and answers what was removed, for people. Work that did not land is kept as
 * rescues first, and those stay, unless `rescued` says that they may go, too.
 */
export async function forget(
  portfolio: Portfolio,
  project: ProjectConfig,
  { rescued }: { readonly rescued: boolean },
): Promise<readonly string[]> {
  const { dataDir } = portfolio;
  const { name, path, gitBranchPrefix: branchPrefix } = project;
  if (!rescued) await rescueAll(dataDir, project);
  const removed = await forgetRepo({ path, branchPrefix, rescued }, new AbortController().signal);
  leaveShares(dataDir, name);
  const files = ["", ".db", ".db-wal", ".db-shm"].map((end) => join(dataDir, `${name}${end}`));
  const held = await Promise.all([
    forgetSessions(dataDir, name),
    forgetHub(portfolio, project),
    ...files.map(removeIfThere),
  ]);
  const data = held.includes(true) ? [`its ledger, clones and transcripts in ${dataDir}`] : [];
  return [...removed, ...data];
}

/** Removes a file or folder; tells whether there was one. */
async function removeIfThere(path: string): Promise<boolean> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) await rm(path, { recursive: true, force: true });
  return isThere;
}

/** What a project's branches and workspaces hold that has not landed. */
export async function unmergedOf(
  { dataDir }: Portfolio,
  project: ProjectConfig,
): Promise<readonly string[]> {
  if (!(await hasClones(dataDir, project))) return [];
  const signal = new AbortController().signal;
  return unmergedWork(await openSite(repoOptions(dataDir, project), signal), signal);
}

async function rescueAll(dataDir: string, project: ProjectConfig): Promise<void> {
  if (!(await hasClones(dataDir, project))) return;
  const signal = new AbortController().signal;
  await rescueEverything(await openSite(repoOptions(dataDir, project), signal), signal);
}

/** Where there are none nothing was ever done, and no clone is made to look. */
const hasClones = (dataDir: string, { name }: ProjectConfig): Promise<boolean> =>
  access(join(dataDir, name, "workspaces")).then(
    () => true,
    () => false,
  );

/** Projects in one repository share its hub: the last of them takes it along. */
async function forgetHub(
  { dataDir, projects }: Portfolio,
  project: ProjectConfig,
): Promise<boolean> {
  const hubOf = async ({ path }: ProjectConfig): Promise<string | null> => {
    try {
      return hubDirOf(join(dataDir, "hubs"), await locate(path, new AbortController().signal));
    } catch {
      return null; // a folder that is gone has no hub to be found
    }
  };
  const own = await hubOf(project);
  const others = await Promise.all(projects.filter(({ name }) => name !== project.name).map(hubOf));
  return own !== null && !others.includes(own) && removeIfThere(own);
}

/** The agent's own records are filed by the folder it worked in, with a hyphen for each sign. */
async function forgetSessions(dataDir: string, name: string): Promise<boolean> {
  const agents = join(dataDir, "agents");
  const filed = join(dataDir, name, "workspaces", "slot-").replace(/[^a-zA-Z0-9]/g, "-");
  let found = false;
  for (const session of await readdir(agents).catch(() => [])) {
    const folders = await readdir(join(agents, session, "claude", "projects")).catch(() => []);
    if (!folders.some((folder) => folder.startsWith(filed))) continue;
    await rm(join(agents, session), { recursive: true, force: true });
    found = true;
  }
  return found;
}
