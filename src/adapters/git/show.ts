/** Reading commits for people and agents: always from git's objects, never from a work tree. */
import type { CommitSha } from "../../core/ids.ts";
import type { Diff } from "../../ports/repo.ts";
import { fileChanges } from "./changes.ts";
import { git, gitOut } from "./git.ts";
import { isInside, nulSplit, shown } from "./paths.ts";
import type { Site } from "./site.ts";

/** A listing is read whole before it is cut; paths are rarely this long on average. */
const bytesPerPath = 300;
/** Longest first line of an answer, `blob` and a size, with room. */
const headMax = 64;
/** Where text files have no zero byte, and binary ones nearly always do. */
const probeBytes = 8_000;

/** What one commit changes of another, as a bounded unified diff and as a list. */
export async function diffOf(
  site: Site,
  { from, to }: { readonly from: CommitSha; readonly to: CommitSha },
  bytesMax: number,
  signal: AbortSignal,
): Promise<Diff> {
  const gitDir = site.hub.dir;
  const relative = site.prefix === "" ? [] : [`--relative=${site.prefix}`];
  const plain = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"];
  const args = ["diff-tree", "-r", "-p", "-M", ...plain, ...relative, from, to];
  const call = { gitDir, args, bytesMax: bytesMax + 1, mayCut: true };
  const { stdout, cut, code } = await git(call, signal);
  if (code !== 0) await gitOut(call, signal);
  const changes = await fileChanges({ gitDir, from, to, within: site.prefix }, signal);
  if (!cut && stdout.length <= bytesMax) return { text: stdout.toString("utf8"), changes };
  const shownBytes = stdout.subarray(0, bytesMax);
  const whole = shownBytes.subarray(0, shownBytes.lastIndexOf(0x0a) + 1).toString("utf8");
  return { text: `${whole}(cut here: the diff is longer than ${bytesMax} bytes)\n`, changes };
}

/** A text file of a commit, cut at `bytesMax`; `null` where there is none, or it is binary. */
export async function readFileAt(
  site: Site,
  { at, path }: { readonly at: CommitSha; readonly path: string },
  bytesMax: number,
  signal: AbortSignal,
): Promise<string | null> {
  if (!isInside(path) || path.includes("\n")) return null;
  const gitDir = site.hub.dir;
  // git follows links inside the commit and answers otherwise where one leads out of it
  const args = ["cat-file", "--batch=%(objecttype) %(objectsize)", "--follow-symlinks"];
  const stdin = `${at}:${site.prefix}${path}\n`;
  const call = { gitDir, args, stdin, bytesMax: bytesMax + headMax, mayCut: true };
  const answer = await gitOut(call, signal);
  const head = /^blob (\d+)\n/.exec(answer.subarray(0, headMax).toString("latin1"));
  if (head === null) return null;
  const size = Math.min(Number(head[1]), bytesMax);
  const content = answer.subarray(head[0].length, head[0].length + size);
  return content.subarray(0, probeBytes).includes(0) ? null : content.toString("utf8");
}

/** Paths of a commit's files in the project, at most `filesMax`. */
export async function listAt(
  site: Site,
  at: CommitSha,
  filesMax: number,
  signal: AbortSignal,
): Promise<string[]> {
  const tree = `${at}:${site.prefix.replace(/\/$/, "")}`;
  const args = ["ls-tree", "-r", "-z", "--name-only", "--end-of-options", tree];
  const call = { gitDir: site.hub.dir, args, bytesMax: filesMax * bytesPerPath, mayCut: true };
  const { code, stdout } = await git(call, signal);
  // a project's folder need not exist in every commit
  if (code !== 0 && site.prefix === "") await gitOut(call, signal);
  const end = stdout.lastIndexOf(0) + 1;
  return nulSplit(stdout.subarray(0, end)).slice(0, filesMax).map(shown);
}
