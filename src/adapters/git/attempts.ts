/** Attempts' commits: kept where the person sees them, and swept once the task has landed. */
import type { CommitSha, TaskId } from "../../core/ids.ts";
import { checkoutsOf } from "./checkouts.ts";
import { fetchFrom } from "./hub.ts";
import { intentRef, landingOf, mergedRef } from "./landing.ts";
import { settled } from "./publish.ts";
import { branchRef, isAncestor, moveRefs, mustMoveRefs, readRef, readRefs } from "./refs.ts";
import type { Site } from "./site.ts";
import { freeSlots } from "./slots.ts";

const attemptsOf = (task: TaskId): string => `refs/orch/attempts/${task}/`;
const rescuedOf = (task: TaskId): string => `refs/orch/rescue/${task}/`;
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
  const kept = await readRefs(theirs, keptOf(task), signal);
  const before = kept.get(ref) ?? commit;
  // resolved conflicts take the place of what had them
  if (before !== commit)
    await mustMoveRefs(theirs, [`update ${rescuedOf(task)}${before} ${before}`], signal);
  await mustMoveRefs(site.hub.dir, [`update ${ref} ${commit}`], signal);
  const fetch = { hub: site.hub, into: theirs, from: site.hub.dir };
  await fetchFrom({ ...fetch, refspecs: [`+${ref}:${ref}`] }, signal);
  const name = `${site.branchPrefix}${task}`;
  const now = await readRef(theirs, branchRef(name), signal);
  if (now === commit) return;
  if (!(await isOurs(site, { tip: now, kept }, signal))) return;
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
 * Removes what a task that is over leaves: of a landed one all, where commits that did not land
 * move
 * to `refs/orch/rescue/`; of any other an empty branch.
 */
export async function sweepTask(site: Site, task: TaskId, signal: AbortSignal): Promise<void> {
  await freeSlots(site.workspacesDir, (slot) => slot.includes(task));
  const landed = await landingOf(site, task, signal);
  if (landed === null) return dropEmpty(site, task, signal);
  const theirs = site.hub.place.commonDir;
  const name = `${site.branchPrefix}${task}`;
  const commands: string[] = [];
  const refs = await readRefs(theirs, [...keptOf(task), branchRef(name)], signal);
  const marks = await readRefs(theirs, [mergedRef(task), intentRef(task, "")], signal);
  // whoever landed it died before it had tidied up
  if (marks.get(mergedRef(task)) !== landed || marks.size > 1)
    await settled(site, task, landed, signal);
  const attempts = [...refs].filter(([ref]) => ref.startsWith(attemptsOf(task)));
  const tip = refs.get(branchRef(name)) ?? null;
  refs.delete(branchRef(name));
  const safe = await isOurs(site, { tip, kept: refs }, signal);
  const held = (await checkoutsOf(site.hub.place, name, signal)).length > 0;
  for (const [ref, commit] of attempts) {
    if (!(await isAncestor(theirs, commit, branchRef(site.branch), signal))) {
      commands.push(`update ${rescuedOf(task)}${commit} ${commit}`);
    }
    commands.push(`delete ${ref} ${commit}`);
  }
  // a branch that the person has gone on with, or has checked out, is theirs
  if (tip !== null && safe && !held) commands.push(`delete ${branchRef(name)} ${tip}`);
  if (commands.length > 0) await mustMoveRefs(theirs, commands, signal);
  const copies = [...(await readRefs(site.hub.dir, [attemptsOf(task)], signal))];
  const gone = copies.map(([ref, commit]) => `delete ${ref} ${commit}`);
  if (gone.length > 0) await moveRefs(site.hub.dir, gone, signal);
}

/** Tells whether nothing is lost when a task's branch leaves `tip`: kept elsewhere, or landed. */
async function isOurs(
  site: Site,
  { tip, kept }: { readonly tip: string | null; readonly kept: ReadonlyMap<string, string> },
  signal: AbortSignal,
): Promise<boolean> {
  if (tip === null || [...kept.values()].includes(tip)) return true;
  return isAncestor(site.hub.place.commonDir, tip, branchRef(site.branch), signal);
}
