/**
 * What was kept of work that did not land: references of the person's repository, numbered by task.
 * They are made before anything goes, and only a person removes them.
 */
import type { FileChange } from "../../core/change.ts";
import { type CommitSha, commitSha, instant, type TaskId } from "../../core/ids.ts";
import { type KeptWork, RepoError } from "../../ports/repo.ts";
import { fileChanges } from "./changes.ts";
import { treeOf } from "./commits.ts";
import { git, gitText } from "./git.ts";
import { fetchFrom } from "./hub.ts";
import type { Place } from "./locate.ts";
import { branchRef, moveRefs, mustMoveRefs, readRef, readRefs } from "./refs.ts";
import type { Site } from "./site.ts";

const rescueRoot = "refs/orch/rescue/";
export const rescuedOf = (task: TaskId): string => `${rescueRoot}${task}/`;
export const attemptsOf = (task: TaskId): string => `refs/orch/attempts/${task}/`;

/** Each round that fails means that somebody else took the number meanwhile. */
const roundsMax = 20;

/** Keeps a commit that the person's repository or the hub has; answers its reference. */
export async function keepRescued(
  site: Site,
  { task, commit }: { readonly task: TaskId; readonly commit: string },
  signal: AbortSignal,
): Promise<string> {
  const theirs = site.hub.place.commonDir;
  for (let round = 0; round < roundsMax; round += 1) {
    const kept = await readRefs(theirs, [rescuedOf(task)], signal);
    for (const [ref, held] of kept) if (held === commit) return ref;
    const numbers = [...kept.keys()].map((ref) => Number(ref.slice(rescuedOf(task).length)));
    const known = numbers.filter(Number.isInteger);
    const ref = `${rescuedOf(task)}${Math.max(0, ...known) + 1}`;
    const made = (await has(theirs, commit, signal))
      ? (await moveRefs(theirs, [`create ${ref} ${commit}`], signal)).code === 0
      : await brought(site, { ref, commit }, signal);
    if (made) return ref;
  }
  throw new RepoError(
    `the work of ${task} cannot be kept in ${theirs}`,
    `look for a left-over lock below ${rescueRoot}, and who owns the repository`,
  );
}

/** Finds what has the very files on the same base already: an attempt, or an earlier rescue. */
export async function keptAlready(
  site: Site,
  task: TaskId,
  wanted: { readonly tree: string; readonly base: string },
  signal: AbortSignal,
): Promise<{ readonly ref: string; readonly commit: CommitSha } | null> {
  const theirs = site.hub.place.commonDir;
  const kept = await readRefs(theirs, [attemptsOf(task), rescuedOf(task)], signal);
  for (const [ref, commit] of kept) {
    if ((await treeOf(theirs, commit, signal)) !== wanted.tree) continue;
    const parent = await readRef(theirs, `${commit}^1`, signal);
    if (parent === wanted.base) return { ref, commit: commitSha(commit) };
  }
  return null;
}

const has = async (gitDir: string, commit: string, signal: AbortSignal): Promise<boolean> =>
  (await git({ gitDir, args: ["cat-file", "-e", `${commit}^{commit}`] }, signal)).code === 0;

/** Brings a commit of the hub's into the person's repository; `false` where the name was taken. */
async function brought(
  { hub }: Site,
  { ref, commit }: { readonly ref: string; readonly commit: string },
  signal: AbortSignal,
): Promise<boolean> {
  const into = hub.place.commonDir;
  await mustMoveRefs(hub.dir, [`update ${ref} ${commit}`], signal);
  try {
    await fetchFrom({ hub, into, from: hub.dir, refspecs: [`${ref}:${ref}`] }, signal);
    return true;
  } catch (error) {
    if ((await readRef(into, ref, signal)) === null) throw error;
    return false;
  } finally {
    await moveRefs(hub.dir, [`delete ${ref} ${commit}`], signal);
  }
}

/** Lists what was kept, oldest first. */
export async function listRescues(
  { commonDir }: Pick<Place, "commonDir">,
  signal: AbortSignal,
): Promise<readonly KeptWork[]> {
  const fields = ["refname", "objectname", "committerdate:unix", "contents"];
  const format = `--format=${fields.map((field) => `%(${field})%00`).join("")}`;
  const args = ["for-each-ref", "--sort=committerdate", format, rescueRoot];
  const text = await gitText({ gitDir: commonDir, args }, signal);
  const found: KeptWork[] = [];
  const cells = text.split("\0");
  for (let at = 0; at + fields.length <= cells.length; at += fields.length) {
    const [ref = "", commit = "", date = "", message = ""] = cells.slice(at, at + fields.length);
    found.push({
      ref: ref.trim(),
      task: ref.trim().slice(rescueRoot.length).split("/")[0] ?? "",
      commit: commitSha(commit),
      at: instant(Number(date) * 1_000),
      subject: message.split("\n", 1)[0] ?? "",
      why: trailer(message, "Orch-Why"),
      project: trailer(message, "Orch-Project"),
      changes: await changesOf(commonDir, commit, signal),
    });
  }
  return found;
}

async function changesOf(
  gitDir: string,
  commit: string,
  signal: AbortSignal,
): Promise<readonly FileChange[]> {
  const parent = await readRef(gitDir, `${commit}^1`, signal);
  if (parent === null) return []; // a history that was cut short: the commit is there all the same
  return fileChanges({ gitDir, from: parent, to: commit }, signal);
}

const trailer = (message: string, key: string): string =>
  new RegExp(`^${key}: (.*)$`, "m").exec(message)?.[1] ?? "";

/** Makes a branch at a rescue; throws `RepoError` where one of that name is there. */
export async function branchAtRescue(
  { commonDir }: Pick<Place, "commonDir">,
  { commit, branch }: { readonly commit: CommitSha; readonly branch: string },
  signal: AbortSignal,
): Promise<void> {
  const ref = branchRef(branch);
  const { code, stderr } = await moveRefs(commonDir, [`create ${ref} ${commit}`], signal);
  if (code === 0) return;
  const taken = (await readRef(commonDir, ref, signal)) !== null;
  throw new RepoError(
    taken ? `there is a branch ${branch} already` : `${branch} cannot be made: ${stderr.trim()}`,
    "name another with --branch",
  );
}

/** Removes a rescue for good. */
export async function dropRescue(
  { commonDir }: Pick<Place, "commonDir">,
  { ref, commit }: Pick<KeptWork, "ref" | "commit">,
  signal: AbortSignal,
): Promise<void> {
  if (!ref.startsWith(rescueRoot)) throw new Error(`no rescue: ${ref}`);
  const { code, stderr } = await moveRefs(commonDir, [`delete ${ref} ${commit}`], signal);
  if (code === 0) return;
  throw new RepoError(`${ref} cannot be removed: ${stderr.trim()}`, "try it again");
}
