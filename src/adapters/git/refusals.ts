/** What a change may not contain, told by name. */

import { type RawChange, rawChanges, type Span } from "./changes.ts";
import { type GitCall, gitOut } from "./git.ts";
import { escapeOf, nulSplit, type RawPath, rawOf, shown } from "./paths.ts";
import type { Site } from "./site.ts";

/** Longest target of a symlink that is read; the system allows 4,095 bytes. */
const targetMax = 4_096;
const problemsMax = 50;
const gitlink = "160000";
const symlink = "120000";

export interface Limits {
  readonly filesMax: number;
  readonly bytesMax: number;
}

/** Names each path of a change that must not be taken, and why. */
export async function changeProblems(
  site: Site,
  span: Pick<Span, "from" | "to">,
  limits: Limits,
  signal: AbortSignal,
): Promise<string[]> {
  const gitDir = site.hub.dir;
  const changes = await rawChanges({ gitDir, ...span }, signal);
  const sizes = await sizesOf(gitDir, changes, signal);
  const prefix = rawOf(site.prefix);
  const problems: string[] = [];
  for (const { path, mode, blob } of changes) {
    const why =
      (path.startsWith(prefix) ? null : "outside the project's folder") ??
      (mode === gitlink ? "a nested repository or submodule" : null) ??
      (path === ".gitmodules" ? "a change of the submodules" : null) ??
      (mode === symlink ? await linkProblem(gitDir, { path, blob }, signal) : null);
    if (why !== null) problems.push(`${shown(path)}: ${why}`);
  }
  if (changes.length > limits.filesMax) {
    problems.push(`${changes.length} files changed; ${limits.filesMax} are allowed`);
  }
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (bytes > limits.bytesMax) {
    problems.push(`${bytes} bytes changed; ${limits.bytesMax} are allowed`);
  }
  return problems.slice(0, problemsMax);
}

/** Lists the submodules that a commit records. */
export async function linksOf(
  gitDir: string,
  commit: string,
  signal: AbortSignal,
): Promise<RawPath[]> {
  const args = ["ls-tree", "-r", "-d", "-z", commit];
  return nulSplit(await gitOut({ gitDir, args }, signal))
    .filter((line) => line.startsWith(gitlink))
    .map((line) => line.slice(line.indexOf("\t") + 1));
}

async function linkProblem(
  gitDir: string,
  { path, blob }: Pick<RawChange, "path" | "blob">,
  signal: AbortSignal,
): Promise<string | null> {
  const call = { gitDir, args: ["cat-file", "blob", blob], bytesMax: targetMax, mayCut: true };
  return escapeOf(path, (await gitOut(call, signal)).toString("latin1"));
}

async function sizesOf(
  gitDir: string,
  changes: readonly RawChange[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const blobs = new Set(
    changes.filter(({ mode }) => mode !== gitlink && mode !== "000000").map(({ blob }) => blob),
  );
  const call: GitCall = {
    gitDir,
    args: ["cat-file", "--batch-check=%(objectname) %(objectsize)"],
    stdin: [...blobs].map((blob) => `${blob}\n`).join(""),
  };
  if (blobs.size === 0) return new Map();
  const lines = (await gitOut(call, signal)).toString("utf8").trim().split("\n");
  return new Map(lines.map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]));
}
