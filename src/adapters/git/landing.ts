/** Finding out whether the person's branch has a task's work: by ancestry, never by hearsay. */
import { type CommitSha, commitSha, type TaskId } from "../../core/ids.ts";
import type { PublishRequest } from "../../ports/repo.ts";
import { openFacts } from "./facts.ts";
import { GitFailure, gitOut, gitText } from "./git.ts";
import { branchRef, isAncestor, readRefs } from "./refs.ts";
import type { Site } from "./site.ts";

/** Commits looked through for a trailer; older landings have their reference. */
const trailersMax = 5_000;

export const mergedRef = (task: TaskId): string => `refs/orch/merged/${task}`;
export const intentRef = (task: TaskId, commit: string): string =>
  `refs/orch/intent/${task}/${commit}`;

/** What the person's repository says of a task, read at one moment. */
export interface Marks {
  /** Where the branch is; `null` where it is gone. */
  readonly tip: string | null;
  /** What the task's landing is remembered as; `null` where it is not. */
  readonly merged: string | null;
  /** References to commits that were meant to land. */
  readonly intents: ReadonlyMap<string, string>;
  /** The task's landing in the branch's history; `null` where it is not there, or was reverted. */
  readonly landed: CommitSha | null;
}

export type LandedMarks = Marks & { readonly landed: CommitSha };

/** Tells whether the branch has the task's landing. */
export const isLanded = (marks: Marks): marks is LandedMarks => marks.landed !== null;

/** Reads what there is of a task's landing. */
export async function marksOf(site: Site, task: TaskId, signal: AbortSignal): Promise<Marks> {
  const gitDir = site.hub.place.commonDir;
  const branch = branchRef(site.branch);
  const intents = await readRefs(gitDir, [branch, mergedRef(task), intentRef(task, "")], signal);
  const [tip = null, merged = null] = [branch, mergedRef(task)].map((ref) => intents.get(ref));
  for (const ref of [branch, mergedRef(task)]) intents.delete(ref);
  const known = [...(merged === null ? [] : [merged]), ...intents.values()];
  const landed = tip === null ? null : await landedIn({ gitDir, tip, task, known }, signal);
  return { tip, merged, intents, landed };
}

/** The task's landing in the branch's history; `null` where it is not there, or was reverted. */
export const landingOf = async (
  site: Site,
  task: TaskId,
  signal: AbortSignal,
): Promise<CommitSha | null> => (await marksOf(site, task, signal)).landed;

interface Question {
  readonly gitDir: string;
  readonly tip: string;
  readonly task: TaskId;
  /** Commits that references name. */
  readonly known: readonly string[];
}

async function landedIn(
  { gitDir, tip, task, known }: Question,
  signal: AbortSignal,
): Promise<CommitSha | null> {
  const named = (await trailedIn(gitDir, tip, signal)).get(task) ?? [];
  for (const commit of new Set([...known, ...named])) {
    const there = commit === tip || (await isAncestor(gitDir, commit, tip, signal));
    if (there && !(await isReverted(gitDir, { commit, tip }, signal))) return commitSha(commit);
  }
  return null;
}

/** Commits of a history, newest first, by the task whose landing they say they are. */
type Trailed = ReadonlyMap<string, readonly string[]>;

/** Few tips are asked about, and each has a long list. */
const trails = openFacts<Trailed>({ max: 16 });

async function trailedIn(gitDir: string, tip: string, signal: AbortSignal): Promise<Trailed> {
  try {
    return await trails.of({ ids: [tip], asked: [gitDir] }, () =>
      readTrailers(gitDir, tip, signal),
    );
  } catch (error) {
    if (error instanceof GitFailure) return new Map();
    throw error;
  }
}

/** Takes note of a landing that was just made: a merge whose message names its task. */
export function learnLanding(
  site: Site,
  { task, from, to }: Pick<PublishRequest, "task" | "from" | "to">,
): void {
  const asked = [site.hub.place.commonDir];
  const before = trails.known({ ids: [from], asked });
  if (before === undefined) return;
  const here = [to, ...(before.get(task) ?? [])];
  trails.learn({ ids: [to], asked }, new Map(before).set(task, here));
}

async function readTrailers(gitDir: string, tip: string, signal: AbortSignal): Promise<Trailed> {
  const format = "--format=%H %(trailers:key=Orch-Task,valueonly,separator=%x2C)";
  const args = ["log", "-n", String(trailersMax), "--merges", "--no-show-signature", format];
  const found = new Map<string, string[]>();
  for (const line of (await gitText({ gitDir, args: [...args, tip, "--"] }, signal)).split("\n")) {
    const end = line.indexOf(" ");
    const commit = line.slice(0, end);
    for (const task of line
      .slice(end + 1)
      .split(",")
      .filter(Boolean))
      found.set(task, [...(found.get(task) ?? []), commit]);
  }
  return found;
}

const reverts = openFacts<boolean>();

function isReverted(
  gitDir: string,
  { commit, tip }: { readonly commit: string; readonly tip: string },
  signal: AbortSignal,
): Promise<boolean> {
  if (commit === tip) return Promise.resolve(false);
  return reverts.of({ ids: [commit, tip], asked: [] }, async () => {
    const said = `This reverts commit ${commit}`;
    const args = ["log", "-n", "1", "--format=%H", "--fixed-strings", `--grep=${said}`];
    const call = { gitDir, args: [...args, `${commit}..${tip}`, "--"] };
    return (await gitOut(call, signal)).length > 0;
  });
}
