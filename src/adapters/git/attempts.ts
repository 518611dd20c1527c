/** Attempts' commits: kept where the person sees them, and swept once the task has landed. */
import type { CommitSha, TaskId } from "../../core/ids.ts";
import { checkoutsOf } from "./checkouts.ts";
import { fetchFrom } from "./hub.ts";
import { isLanded, marksOf } from "./landing.ts";
import { leaveTask } from "./leave.ts";
import { hasLanded } from "./proof.ts";
import { settled } from "./publish.ts";
import { branchRef, isAncestor, moveRefs, mustMoveRefs, readRef, readRefs } from "./refs.ts";
import { attemptsOf, keepRescued, rescuedOf } from "./rescues.ts";
import type { Site } from "./site.ts";

const keptOf = (task: TaskId): readonly string[] => [attemptsOf(task), rescuedOf(task)];

export interface Attempt {
  readonly task: TaskId;
  readonly attempt: number;
  readonly commit: CommitSha;
}

/** Keeps an attempt's commit in hub and repository, and shows it as the task's branch. */
export async function keepAttempt(
  site: Site,
  { task, attempt, commit }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  const ref = `${attemptsOf(task)}${attempt}`;
  const theirs = site.hub.place.commonDir;
  const name = `${site.branchPrefix}${task}`;
  const found = await branchesOf(site, task, signal);
  const { tip: now, kept } = found;
  const before = kept.get(ref) ?? commit;
  // resolved conflicts take the place of what had them
  if (before !== commit) await keepRescued(site, { task, commit: before }, signal);
  await mustMoveRefs(site.hub.dir, [`update ${ref} ${commit}`], signal);
  const fetch = { hub: site.hub, into: theirs, from: site.hub.dir };
  await fetchFrom({ ...fetch, refspecs: [`+${ref}:${ref}`] }, signal);
  if (now === commit) return;
  if (!(await isOurs(site, found, signal))) return;
  if ((await checkoutsOf(site.hub.place, name, signal)).length > 0) return;
  const move =
    now === null
      ? `create ${branchRef(name)} ${commit}`
      : `update ${branchRef(name)} ${commit} ${now}`;
  await moveRefs(theirs, [move], signal);
}

/** Shows a task that is begun as its branch, where it has none yet. */
export async function showTask(
  site: Site,
  { task, base }: { readonly task: TaskId; readonly base: CommitSha },
  signal: AbortSignal,
): Promise<void> {
  const command = `create ${branchRef(`${site.branchPrefix}${task}`)} ${base}`;
  // there is one from an earlier attempt, or the person has rewritten what it would begin from
  await moveRefs(site.hub.place.commonDir, [command], signal);
}

/** Removes the branch of a task that has nothing on it. */
async function dropEmpty(site: Site, task: TaskId, signal: AbortSignal): Promise<void> {
  const theirs = site.hub.place.commonDir;
  const name = `${site.branchPrefix}${task}`;
  const tip = await readRef(theirs, branchRef(name), signal);
  if (tip === null || !(await isAncestor(theirs, tip, branchRef(site.branch), signal))) return;
  if ((await checkoutsOf(site.hub.place, name, signal)).length > 0) return;
  await moveRefs(theirs, [`delete ${branchRef(name)} ${tip}`], signal);
}

/**
 * Removes what a task that is over leaves. What has landed goes; any other commit of a landed task
 * moves to `refs/orch/rescue/`, and so does what its workspaces hold; of a task that has not landed
 * only an empty branch goes.
 */
export async function sweepTask(site: Site, task: TaskId, signal: AbortSignal): Promise<void> {
  const marks = await marksOf(site, task, signal);
  const why = isLanded(marks) ? "the task landed without it" : "the task was given up";
  await leaveTask(site, task, { but: [], why }, signal);
  if (!isLanded(marks)) return dropEmpty(site, task, signal);
  // whoever landed it died before it had tidied up
  if (marks.merged !== marks.landed || marks.intents.size > 0)
    await settled(site, task, marks, signal);
  await retireTask(site, task, signal);
}

/** Removes a task's branch and attempts; what has not landed is kept as a rescue first. */
export async function retireTask(site: Site, task: TaskId, signal: AbortSignal): Promise<void> {
  const theirs = site.hub.place.commonDir;
  const { attempts, tip } = await removable(site, task, signal);
  for (const [, commit] of attempts) {
    if (!(await hasLanded(theirs, { commit, branch: site.branch }, signal)))
      await keepRescued(site, { task, commit }, signal);
  }
  const gone = [...attempts, ...(tip === null ? [] : [tip])];
  const commands = gone.map(([ref, commit]) => `delete ${ref} ${commit}`);
  if (commands.length > 0) await mustMoveRefs(theirs, commands, signal);
  const copies = [...(await readRefs(site.hub.dir, [attemptsOf(task)], signal))];
  const deletions = copies.map(([ref, commit]) => `delete ${ref} ${commit}`);
  if (deletions.length > 0) await moveRefs(site.hub.dir, deletions, signal);
}

type Ref = readonly [name: string, commit: string];

/** What would go of a task that is over: its attempts, and its branch unless it is theirs. */
export async function removable(
  site: Site,
  task: TaskId,
  signal: AbortSignal,
): Promise<{ readonly attempts: readonly Ref[]; readonly tip: Ref | null }> {
  const name = `${site.branchPrefix}${task}`;
  const found = await branchesOf(site, task, signal);
  const { tip, kept } = found;
  const attempts = [...kept].filter(([ref]) => ref.startsWith(attemptsOf(task)));
  const safe = await isOurs(site, found, signal);
  const held = (await checkoutsOf(site.hub.place, name, signal)).length > 0;
  // a branch that the person has gone on with, or has checked out, is theirs
  return { attempts, tip: tip !== null && safe && !held ? [branchRef(name), tip] : null };
}

/** Tells whether nothing is lost when a task's branch leaves `tip`: kept elsewhere, or landed. */
async function isOurs(
  site: Site,
  { tip, main, kept }: Branches,
  signal: AbortSignal,
): Promise<boolean> {
  if (tip === null || tip === main || [...kept.values()].includes(tip)) return true;
  return main !== null && (await isAncestor(site.hub.place.commonDir, tip, main, signal));
}

/** Commits as references name them at one moment. */
interface Branches {
  /** The task's branch. */
  readonly tip: string | null;
  /** The person's branch. */
  readonly main: string | null;
  /** Its attempts and rescues, by reference. */
  readonly kept: ReadonlyMap<string, string>;
}

async function branchesOf(site: Site, task: TaskId, signal: AbortSignal): Promise<Branches> {
  const branches = [branchRef(`${site.branchPrefix}${task}`), branchRef(site.branch)];
  const wanted = [...keptOf(task), ...branches];
  const kept = await readRefs(site.hub.place.commonDir, wanted, signal);
  const [tip = null, main = null] = branches.map((branch) => kept.get(branch));
  for (const branch of branches) kept.delete(branch);
  return { tip, main, kept };
}
