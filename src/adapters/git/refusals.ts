/** What a change may not contain, told by name. */

import { type RawChange, rawChanges, type Span } from "./changes.ts";
import { openFacts } from "./facts.ts";
import { type GitCall, gitOut } from "./git.ts";
import { escapeOf, nulJoin, nulSplit, type RawPath, rawOf, shown } from "./paths.ts";
import type { Site } from "./site.ts";

/** Longest target of a symlink that is read; the system allows 4,095 bytes. */
const targetMax = 4_096;
const problemsMax = 50;
const pointerStart = "version https://git-lfs.github.com/spec/";
/** More than a pointer has. */
const pointerMax = 1_024;
const gitlink = "160000";
const symlink = "120000";

export interface Limits {
  readonly filesMax: number;
  readonly bytesMax: number;
}

export interface Question extends Limits, Pick<Span, "from" | "to"> {
  /** Names hub, work tree and the index that holds the change. */
  readonly call: Omit<GitCall, "args">;
}

/** Names each path of a change that must not be taken, and why. */
export async function changeProblems(
  site: Site,
  { call, ...limits }: Question,
  signal: AbortSignal,
): Promise<string[]> {
  const gitDir = site.hub.dir;
  const span = { from: limits.from, to: limits.to };
  const changes = await rawChanges({ gitDir, ...span }, signal);
  const sizes = await sizesOf(gitDir, changes, signal);
  const large = await largeFiles(call, changes, signal);
  const prefix = rawOf(site.prefix);
  const problems: string[] = [];
  for (const { path, mode, blob } of changes) {
    const why =
      (path.startsWith(prefix) ? null : "outside the project's folder") ??
      (mode === gitlink ? "a nested repository or submodule" : null) ??
      (path === ".gitmodules" ? "a change of the submodules" : null) ??
      (large.has(path) ? "a file that Git LFS keeps, which cannot be stored from here" : null) ??
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
): Promise<readonly RawPath[]> {
  return links.of(commit, async () => {
    const args = ["ls-tree", "-r", "-d", "-z", commit];
    return nulSplit(await gitOut({ gitDir, args }, signal))
      .filter((line) => line.startsWith(gitlink))
      .map((line) => line.slice(line.indexOf("\t") + 1));
  });
}

const links = openFacts<readonly RawPath[]>();

/** A commit that changes no submodule of one whose submodules are known has the same. */
export async function learnLinks(span: Span, commit: string, signal: AbortSignal): Promise<void> {
  const before = links.known(span.from);
  if (before === undefined) return;
  const changes = await rawChanges(span, signal);
  if (changes.every(({ oldMode, mode }) => oldMode !== gitlink && mode !== gitlink))
    links.learn(commit, before);
}

async function linkProblem(
  gitDir: string,
  { path, blob }: Pick<RawChange, "path" | "blob">,
  signal: AbortSignal,
): Promise<string | null> {
  const call = { gitDir, args: ["cat-file", "blob", blob], bytesMax: targetMax, mayCut: true };
  return escapeOf(path, (await gitOut(call, signal)).toString("latin1"));
}

/** Changed files that should be Git LFS's pointers by their attributes and are not. */
async function largeFiles(
  call: Omit<GitCall, "args">,
  changes: readonly RawChange[],
  signal: AbortSignal,
): Promise<Set<RawPath>> {
  const files = changes.filter(({ mode }) => mode.startsWith("100"));
  const stdin = nulJoin(files.map(({ path }) => path));
  const args = ["check-attr", "--cached", "-z", "--stdin", "filter"];
  const told = nulSplit(await gitOut({ ...call, args, stdin }, signal));
  const found = new Set<RawPath>();
  for (const [at, { path, blob }] of files.entries()) {
    if (told[at * 3 + 2] !== "lfs") continue;
    const read = ["cat-file", "blob", blob];
    const more = { args: read, bytesMax: pointerMax, mayCut: true };
    const head = await gitOut({ gitDir: call.gitDir, ...more }, signal);
    if (!head.toString("latin1").startsWith(pointerStart)) found.add(path);
  }
  return found;
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
