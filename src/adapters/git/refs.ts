/** References: reading them, and moving several at once or none. */
import { stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { RepoError } from "../../ports/repo.ts";
import { openFacts } from "./facts.ts";
import { type GitAnswer, GitFailure, git, gitText } from "./git.ts";

/** Settings for what must survive a power cut once it was acknowledged. */
export const durable = ["core.fsync=all"] as const;

/** A lock of git's this old was left by a killed process: no call of ours runs as long. */
const lockLifeMs = 600_000;
/** One transaction of ours locks no more references than this. */
const removalsMax = 8;
/** Clocks of file systems and of processes may differ by this much. */
const clockSlackMs = 10_000;

/** Checks a branch name and gives its full reference; one that could be an option is refused. */
export function branchRef(branch: string): string {
  const odd =
    branch === "" ||
    branch.startsWith("-") ||
    branch.endsWith("/") ||
    branch.endsWith(".") ||
    /\.\.|@\{|\/\/|(^|\/)\.|\.lock(\/|$)/.test(branch) ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: git forbids them in names
    /[\x00-\x20\x7f~^:?*[\\]/.test(branch);
  if (odd) {
    throw new RepoError(
      `${JSON.stringify(branch)} cannot be the name of a branch`,
      "correct `branch` in the portfolio",
    );
  }
  return `refs/heads/${branch}`;
}

/** The object that a full reference or id names; `null` where there is none. */
export async function readRef(
  gitDir: string,
  ref: string,
  signal: AbortSignal,
): Promise<string | null> {
  const call = { gitDir, args: ["rev-parse", "--verify", "--quiet", "--end-of-options", ref] };
  const { code, stdout } = await git(call, signal);
  return code === 0 ? stdout.toString("utf8").trim() : null;
}

/** The references below some prefixes, by name. */
export async function readRefs(
  gitDir: string,
  below: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const args = ["for-each-ref", "--format=%(objectname) %(refname)", ...below];
  const lines = (await gitText({ gitDir, args }, signal)).split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => [line.slice(line.indexOf(" ") + 1), line.split(" ")[0] ?? ""]),
  );
}

/** Tells whether `ancestor` is `commit` or in its history; `false` where either is unknown. */
export async function isAncestor(
  gitDir: string,
  ancestor: string,
  commit: string,
  signal: AbortSignal,
): Promise<boolean> {
  return ancestries.of({ ids: [ancestor, commit], asked: [] }, async () => {
    const args = ["merge-base", "--is-ancestor", ancestor, commit];
    return (await git({ gitDir, args }, signal)).code === 0;
  });
}

/** What is not in a history may only not have been fetched yet. */
const ancestries = openFacts<boolean>({ keeps: (isThere) => isThere });

/**
 * Moves references by `update-ref --stdin` commands, all or none; `false` where one was refused.
 */
export async function moveRefs(
  gitDir: string,
  commands: readonly string[],
  signal: AbortSignal,
): Promise<GitAnswer> {
  const call = {
    gitDir,
    args: ["update-ref", "--stdin"],
    stdin: commands.map((command) => `${command}\n`).join(""),
    config: durable,
  };
  return withoutStaleLocks(gitDir, () => git(call, signal));
}

/** Moves references as `moveRefs` does and throws where one was refused. */
export async function mustMoveRefs(
  gitDir: string,
  commands: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { code, stderr } = await moveRefs(gitDir, commands, signal);
  if (code !== 0) throw new GitFailure({ gitDir, args: ["update-ref"] }, code, stderr);
}

/** Runs a call again where a lock that a dead process left was in its way and is removed. */
export async function withoutStaleLocks(
  gitDir: string,
  call: () => Promise<GitAnswer>,
): Promise<GitAnswer> {
  let answer = await call();
  for (let removals = 0; answer.code !== 0 && removals < removalsMax; removals += 1) {
    const path = /Unable to create '(.+\.lock)': File exists/.exec(answer.stderr)?.[1];
    if (path === undefined || !(await removedStale(gitDir, path))) break;
    answer = await call();
  }
  return answer;
}

/** Only locks on names that nobody but this program writes may ever be removed. */
async function removedStale(gitDir: string, path: string): Promise<boolean> {
  const ours = path.startsWith(join(gitDir, "refs/orch/")) || isHubPath(gitDir);
  const made = ours ? await stat(path).catch(() => null) : null;
  if (made === null) return false;
  const born = Date.now() - process.uptime() * 1_000 - clockSlackMs;
  const stale = made.mtimeMs < born || made.mtimeMs < Date.now() - lockLifeMs;
  if (stale) await unlink(path).catch(() => undefined);
  return stale;
}

/** Hubs are told from the person's repositories by their name. */
export const hubSuffix = ".hub.git";
const isHubPath = (gitDir: string): boolean => gitDir.endsWith(hubSuffix);
