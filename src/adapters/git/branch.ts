/** Which branch a project's work lands on. */
import type { ProjectName } from "../../core/ids.ts";
import { RepoError } from "../../ports/repo.ts";
import { git, gitOut } from "./git.ts";
import type { Place } from "./locate.ts";
import { branchRef, readRef, readRefs } from "./refs.ts";

export interface BranchQuestion {
  readonly place: Place;
  readonly hub: string;
  readonly project: ProjectName;
  /** What the portfolio says; `null` where it says nothing. */
  readonly asked: string | null;
}

/**
 * Chooses the branch: the portfolio's, else the remote's default, else the only usual one, else the
 * one that was checked out at the first run. Throws `RepoError` where none can be told.
 */
export async function chooseBranch(question: BranchQuestion, signal: AbortSignal): Promise<string> {
  const { place, asked } = question;
  const gitDir = place.commonDir;
  if (asked !== null) return existing(gitDir, asked, signal);
  const remote = await symbolic(gitDir, "refs/remotes/origin/HEAD", signal);
  if (remote !== null) {
    return existing(gitDir, remote.replace(/^refs\/remotes\/origin\//, ""), signal);
  }
  const usual = await readRefs(gitDir, ["main", "master", "trunk"].map(branchRef), signal);
  const [only, ...others] = usual.keys();
  if (only !== undefined && others.length === 0) return only.replace(/^refs\/heads\//, "");
  return remembered(question, signal);
}

/** Throws `RepoError` where a branch of the person's stands where ours must be. */
export async function refuseClash(
  gitDir: string,
  branchPrefix: string,
  signal: AbortSignal,
): Promise<void> {
  branchRef(`${branchPrefix}x`);
  const steps = branchPrefix.split("/").slice(0, -1);
  const names = steps.map((_, at) => branchRef(steps.slice(0, at + 1).join("/")));
  for (const name of names) {
    if ((await readRef(gitDir, name, signal)) !== null) {
      const short = name.replace(/^refs\/heads\//, "");
      throw new RepoError(
        `the branch \`${short}\` is in the way: git cannot keep \`${short}/…\` beside it`,
        `rename it (\`git branch -m ${short} ${short}-old\`) or set another branch prefix`,
      );
    }
  }
}

async function existing(gitDir: string, branch: string, signal: AbortSignal): Promise<string> {
  if ((await readRef(gitDir, branchRef(branch), signal)) !== null) return branch;
  if ((await readRefs(gitDir, ["refs/heads/"], signal)).size === 0) throw empty(gitDir);
  throw new RepoError(
    `there is no branch \`${branch}\` in ${gitDir}`,
    `create it (\`git branch ${branch} origin/${branch}\`) or set \`branch\` in the portfolio`,
  );
}

async function remembered(question: BranchQuestion, signal: AbortSignal): Promise<string> {
  const { place, hub, project } = question;
  const key = `orch.${project}.branch`;
  const known = await git({ gitDir: hub, args: ["config", "--local", "--get", key] }, signal);
  if (known.code === 0) {
    return existing(place.commonDir, known.stdout.toString("utf8").trim(), signal);
  }
  const head = await symbolic(place.gitDir, "HEAD", signal);
  if (head === null) {
    throw new RepoError(
      `cannot tell which branch of ${place.commonDir} work should land on: HEAD is detached`,
      "set `branch` for this project in the portfolio",
    );
  }
  const branch = await existing(place.commonDir, head.replace(/^refs\/heads\//, ""), signal);
  await gitOut({ gitDir: hub, args: ["config", "--local", key, branch] }, signal);
  return branch;
}

async function symbolic(gitDir: string, ref: string, signal: AbortSignal): Promise<string | null> {
  const { code, stdout } = await git({ gitDir, args: ["symbolic-ref", "-q", ref] }, signal);
  return code === 0 ? stdout.toString("utf8").trim() : null;
}

function empty(gitDir: string): RepoError {
  return new RepoError(
    `the repository of ${gitDir.replace(/[\\/]\.git$/, "")} has no commits yet`,
    'make a first commit (`git commit --allow-empty -m "Start"`)',
  );
}
