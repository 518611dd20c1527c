/** What an id says of its object never changes: asked once, remembered while the process runs. */

/** A full id, in either format; a name may mean something else tomorrow. */
const fullId = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
/** More objects than a process meets in days; the oldest go first. */
const factsMax = 4_096;

/** One kind of fact about objects. */
export interface Facts<T> {
  /** Answers the fact of an object, finding it out where it is not known; failures are not kept. */
  of(id: string, findOut: () => Promise<T>): Promise<T>;
  /** Takes a fact that is known already. */
  learn(id: string, fact: T): void;
}

/** Opens a memory for one kind of fact. */
export function openFacts<T>(): Facts<T> {
  const known = new Map<string, { readonly fact: T }>();
  const learn = (id: string, fact: T): void => {
    if (!fullId.test(id)) return;
    known.set(id, { fact });
    const [oldest] = known.size > factsMax ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
  };
  return {
    learn,
    async of(id, findOut) {
      const found = known.get(id);
      if (found !== undefined) return found.fact;
      const fact = await findOut();
      learn(id, fact);
      return fact;
    },
  };
}
