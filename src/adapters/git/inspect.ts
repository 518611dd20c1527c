/** What a person should know about their repository before agents work in it. */
import { stat } from "node:fs/promises";
import { RepoError } from "../../ports/repo.ts";
import { refuseClash } from "./branch.ts";
import { git } from "./git.ts";
import { locate, type Place } from "./locate.ts";
import { readRefs } from "./refs.ts";
import { linksOf } from "./refusals.ts";

export interface RepoProblem {
  readonly kind:
    | "notARepository"
    | "empty"
    | "clash"
    | "partial"
    | "shallow"
    | "submodules"
    | "lfs"
    | "owner";
  /** `error`: the project cannot be worked on; `warning`: with limits. */
  readonly severity: "error" | "warning";
  readonly detail: string;
  readonly hint: string;
}

/** Names what is odd about the repository around a folder; never throws for what it finds. */
export async function inspectRepo(
  path: string,
  branchPrefix: string,
  signal: AbortSignal,
): Promise<RepoProblem[]> {
  let place: Place;
  try {
    place = await locate(path, signal);
  } catch (error) {
    return [asProblem("notARepository", error)];
  }
  const found: RepoProblem[] = [];
  try {
    await refuseClash(place.commonDir, branchPrefix, signal);
  } catch (error) {
    found.push(asProblem("clash", error));
  }
  found.push(...(await ownerProblem(place)), ...(await completeness(place, signal)));
  if ((await readRefs(place.commonDir, ["refs/heads/"], signal)).size === 0) {
    const hint = 'make a first commit (`git commit --allow-empty -m "Start"`)';
    found.push({ kind: "empty", severity: "error", detail: "there are no commits yet", hint });
    return found;
  }
  return [...found, ...(await contents(place, signal))];
}

function asProblem(kind: RepoProblem["kind"], error: unknown): RepoProblem {
  if (!(error instanceof RepoError)) throw error;
  return { kind, severity: "error", detail: error.message, hint: error.hint };
}

async function ownerProblem({ commonDir }: Place): Promise<RepoProblem[]> {
  const { uid } = await stat(commonDir);
  if (process.getuid === undefined || uid === process.getuid()) return [];
  return [
    {
      kind: "owner",
      severity: "warning",
      detail: `${commonDir} belongs to user ${uid}, not to the one that runs this`,
      hint: "run as the owner: what is written there now may not be writable for them",
    },
  ];
}

async function completeness(place: Place, signal: AbortSignal): Promise<RepoProblem[]> {
  const found: RepoProblem[] = [];
  const args = ["config", "--get-regexp", "^remote\\..*\\.promisor$"];
  if ((await git({ gitDir: place.commonDir, args }, signal)).code === 0) {
    found.push({
      kind: "partial",
      severity: "error",
      detail: "the repository is a partial clone: some of its objects are elsewhere",
      hint: "fetch them all: `git fetch --refetch --no-filter`, then unset `remote.*.promisor`",
    });
  }
  if (place.shallow) {
    found.push({
      kind: "shallow",
      severity: "warning",
      detail: "the repository is shallow: work that began before its history cannot be merged",
      hint: "run `git fetch --unshallow`",
    });
  }
  return found;
}

async function contents(place: Place, signal: AbortSignal): Promise<RepoProblem[]> {
  const found: RepoProblem[] = [];
  const gitDir = place.gitDir;
  const head = await git({ gitDir, args: ["rev-parse", "--verify", "-q", "HEAD"] }, signal);
  if (head.code !== 0) return found;
  if ((await linksOf(gitDir, "HEAD", signal)).length > 0) {
    found.push({
      kind: "submodules",
      severity: "warning",
      detail: "the repository has submodules: their folders are empty for agents",
      hint: "let the set-up command bring what checks need; submodules themselves never change",
    });
  }
  const pattern = ["grep", "-q", "--no-textconv", "-e", "filter=lfs", "HEAD"];
  const args = [...pattern, "--", ":(top,glob)**/.gitattributes"];
  if ((await git({ gitDir, args }, signal)).code === 0) {
    found.push({
      kind: "lfs",
      severity: "warning",
      detail: "the repository keeps files in Git LFS: agents see their pointers only",
      hint: "changes of such files are refused; all else works",
    });
  }
  return found;
}
