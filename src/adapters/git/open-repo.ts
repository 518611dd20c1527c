/** One project's code, by git: the `Repo` port put together. */
import { mkdir } from "node:fs/promises";
import type { Instant, ProjectName } from "../../core/ids.ts";
import type { Repo } from "../../ports/repo.ts";
import { keepAttempt, showTask, sweepTask } from "./attempts.ts";
import { sweepBeside } from "./beside.ts";
import { chooseBranch, refuseClash } from "./branch.ts";
import { treeOf } from "./commits.ts";
import { openConflicted } from "./conflict.ts";
import { excludeTrail } from "./exclude.ts";
import { takeFence } from "./fence.ts";
import { openHub, syncHub } from "./hub.ts";
import { landingOf } from "./landing.ts";
import { leaveTask, rescueWorkspace } from "./leave.ts";
import { locate } from "./locate.ts";
import { mending } from "./mend.ts";
import { mergeCommits } from "./merge.ts";
import { publish } from "./publish.ts";
import { pushBranch } from "./push.ts";
import { sweepScratch } from "./scratch.ts";
import { diffOf, listAt, readFileAt } from "./show.ts";
import type { Person, Site } from "./site.ts";
import { isOpenSlot, sweepSlots } from "./slots.ts";
import { takeSnapshot } from "./snapshot.ts";
import { openWorkspace, reopenWorkspace } from "./workspace.ts";

export interface RepoOptions {
  readonly project: ProjectName;
  /** The project's folder: a repository, a folder in one, or a bare one. */
  readonly path: string;
  /** The branch to land on; `null` finds it out. */
  readonly branch: string | null;
  /** What the person's branches for tasks begin with, e.g. `orch/`. */
  readonly branchPrefix: string;
  /** Author and committer of all commits; `null` is the program itself. */
  readonly author: Person | null;
  /** Holds one hub for each repository, shared by all projects in it. */
  readonly hubsDir: string;
  /** Holds this project's workspaces. */
  readonly workspacesDir: string;
  readonly now: () => Instant;
}

const ourselves: Person = { name: "orch", email: "orch@localhost" };

/** Opens a project's repository; throws `RepoError` where it cannot be worked with. */
export async function openRepo(options: RepoOptions, signal: AbortSignal): Promise<Repo> {
  const site = await openSite(options, signal);
  await excludeTrail(site.hub.place);
  await sweepScratch();
  await sweepBeside(options.hubsDir);
  return repoOf(site);
}

/** Opens what all operations on a project's code have in common. */
export async function openSite(options: RepoOptions, signal: AbortSignal): Promise<Site> {
  const { project, branchPrefix, workspacesDir } = options;
  const place = await locate(options.path, signal);
  await refuseClash(place.commonDir, branchPrefix, signal);
  const hub = await openHub(options.hubsDir, place, signal);
  const branch = await mending(
    hub,
    () => chooseBranch({ place, hub: hub.dir, project, asked: options.branch }, signal),
    signal,
  );
  await mkdir(workspacesDir, { recursive: true });
  await sweepSlots(workspacesDir);
  const author = options.author ?? ourselves;
  const { prefix } = place;
  const { now } = options;
  return { project, hub, branch, prefix, branchPrefix, author, workspacesDir, now };
}

function repoOf(site: Site): Repo {
  const mended = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    mending(site.hub, work, signal);
  return {
    sync: (signal) =>
      mended(async () => {
        const head = await syncHub(site.hub, site.branch, signal);
        return { ...head, branch: site.branch };
      }, signal),
    open: (request, signal) => mended(() => openWorkspace(site, request, signal), signal),
    isOpen: (name) => isOpenSlot(site.workspacesDir, name),
    reopen: (name, base) => reopenWorkspace(site, name, base),
    openConflict: (request, signal) => mended(() => openConflicted(site, request, signal), signal),
    snapshot: (workspace, request, signal) =>
      mended(() => takeSnapshot(site, workspace, request, signal), signal),
    rescue: (workspace, request, signal) =>
      mended(() => rescueWorkspace(site, workspace, request, signal), signal),
    leave: (task, request, signal) => mended(() => leaveTask(site, task, request, signal), signal),
    show: (task, base, signal) => mended(() => showTask(site, { task, base }, signal), signal),
    keep: (task, attempt, commit, signal) =>
      mended(() => keepAttempt(site, { task, attempt, commit }, signal), signal),
    commit: (sha, signal) =>
      mended(async () => ({ commit: sha, tree: await treeOf(site.hub.dir, sha, signal) }), signal),
    diff: (from, to, bytesMax, signal) =>
      mended(() => diffOf(site, { from, to }, bytesMax, signal), signal),
    read: (at, path, bytesMax, signal) =>
      mended(() => readFileAt(site, { at, path }, bytesMax, signal), signal),
    list: (at, filesMax, signal) => mended(() => listAt(site, at, filesMax, signal), signal),
    merge: (base, candidate, message, signal) =>
      mended(() => mergeCommits(site, { base, candidate }, message, signal), signal),
    landingOf: (task, signal) => landingOf(site, task, signal),
    fence: async (token, signal) => (await takeFence(site, token, signal)) !== null,
    publish: (request, signal) => mended(() => publish(site, request, signal), signal),
    push: (signal) => pushBranch(site, signal),
    sweep: (task, signal) => mended(() => sweepTask(site, task, signal), signal),
  };
}
