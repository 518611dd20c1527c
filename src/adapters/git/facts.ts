/** What an id says of its object never changes: asked once, remembered while the process runs. */

/** A full id, in either format; a name may mean something else tomorrow. */
const fullId = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
/** More commits than a process meets between two starts; the oldest go first. */
const factsMax = 4_096;

/** Answers a fact of a commit in a repository, finding it out where it is not known. */
export type Facts<T> = (gitDir: string, commit: string, findOut: () => Promise<T>) => Promise<T>;

/** Opens a memory for one kind of fact; failures are not remembered. */
export function openFacts<T>(): Facts<T> {
  const known = new Map<string, { readonly fact: T }>();
  return async (gitDir, commit, findOut) => {
    if (!fullId.test(commit)) return findOut();
    const key = `${gitDir}\0${commit}`;
    const found = known.get(key);
    if (found !== undefined) return found.fact;
    const fact = await findOut();
    known.set(key, { fact });
    const [oldest] = known.size > factsMax ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    return fact;
  };
}
