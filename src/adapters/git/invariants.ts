/** What must hold of every merge, whatever git or we did wrong: checked each time. */
import { RepoError } from "../../ports/repo.ts";
import { type RawChange, rawChanges, rawRenames } from "./changes.ts";
import { parentOf } from "./commits.ts";
import { type RawPath, shown } from "./paths.ts";

export interface Entry {
  readonly base: string;
  /** Where the candidate's own change begins. */
  readonly start: string;
  readonly candidate: string;
  /** The merged tree. */
  readonly tree: string;
}

/** Names shown in an alarm; one would do to look into it. */
const namesMax = 10;

/**
 * Throws `RepoError` unless a merge does what its candidate did and nothing else: it changes no
 * path
 * that the candidate did not, and what only the candidate touched is exactly as the candidate has
 * it.
 */
export async function assertOwnChange(
  gitDir: string,
  { base, start, candidate, tree }: Entry,
  signal: AbortSignal,
): Promise<void> {
  const between = (from: string, to: string): Promise<readonly RawChange[]> =>
    rawChanges({ gitDir, from, to }, signal);
  const [own, theirs, merged] = await Promise.all([
    between(start, candidate),
    between(start, base),
    between(base, tree),
  ]);
  const odd = unexplained({ own, theirs, merged });
  if (odd.length === 0) return;
  // a rename on either side moves the other side's change to another path
  const moved = new Set<RawPath>();
  for (const to of [candidate, base]) {
    for (const change of await rawRenames({ gitDir, from: start, to }, signal)) {
      if (change.from !== null) moved.add(change.from).add(change.path);
    }
  }
  const left = odd.filter((path) => !moved.has(path)).slice(0, namesMax);
  if (left.length === 0) return;
  throw new RepoError(
    `merging ${candidate} into ${base} would change what the work did not: ${left.map(shown)}`,
    "land it by hand, and report this: nothing was changed",
  );
}

/** Paths of a merge that neither side explains. */
export function unexplained(sides: {
  readonly own: readonly RawChange[];
  readonly theirs: readonly RawChange[];
  readonly merged: readonly RawChange[];
}): RawPath[] {
  const own = new Set(sides.own.map(({ path }) => path));
  const theirs = new Set(sides.theirs.map(({ path }) => path));
  const merged = new Map(sides.merged.map((change) => [change.path, change]));
  const strange = [...merged.keys()].filter((path) => !own.has(path));
  const lost = sides.own.filter(({ path, blob, mode }) => {
    const there = merged.get(path);
    return !theirs.has(path) && (there?.blob !== blob || there.mode !== mode);
  });
  return [...strange, ...lost.map(({ path }) => path)];
}

/** Throws `RepoError` unless `to` was built directly on `from`. */
export async function assertBuiltOn(
  gitDir: string,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<void> {
  const parent = await parentOf(gitDir, to, signal);
  if (parent === from) return;
  throw new RepoError(
    `${to} was built on ${parent}, not on ${from}`,
    "report this: nothing was changed",
  );
}
