/** Whether a change stays within the files that its task may touch. */
import type { FileChange } from "./change.ts";

/**
 * Tells whether `path` matches the glob; given from outside, since globs are a library's business.
 */
export type Match = (glob: string, path: string) => boolean;

/** Returns the paths that a change touches outside `allowed`; all are inside where it is empty. */
export function outside(
  changes: readonly FileChange[],
  allowed: readonly string[],
  match: Match,
): readonly string[] {
  if (allowed.length === 0) return [];
  const paths = changes.flatMap(({ path, from }) => (from === null ? [path] : [path, from]));
  return paths.filter((path) => !allowed.some((glob) => isIn(glob, path, match)));
}

/** A folder's name allows all that is in it. */
const isIn = (glob: string, path: string, match: Match): boolean => {
  const plain = glob.replace(/^\.\//, "").replace(/\/+$/, "");
  return path === plain || path.startsWith(`${plain}/`) || match(plain, path);
};
