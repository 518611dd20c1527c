/** What an id says of its object never changes: asked once, remembered while the process runs. */

/** A full id, in either format; a name may mean something else tomorrow. */
const fullId = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
/** More objects than a process meets in days; the oldest go first. */
const factsMax = 4_096;

/** The object of a fact, or the objects and what was asked about them. */
export type Subject =
  | string
  | { readonly ids: readonly string[]; readonly asked: readonly (string | undefined)[] };

/** One kind of fact about objects. */
export interface Facts<T> {
  /** Answers the fact of an object, finding it out where it is not known; failures are not kept. */
  of(subject: Subject, findOut: () => Promise<T>): Promise<T>;
  /** The fact of an object where it is known already. */
  known(subject: Subject): T | undefined;
  /** Takes a fact that is known already. */
  learn(subject: Subject, fact: T): void;
}

export interface FactsOptions<T> {
  /** Most facts that are remembered. */
  readonly max?: number;
  /** Tells whether a fact is for ever and small enough to be remembered; all are unless told. */
  readonly keeps?: (fact: T) => boolean;
}

/** Opens a memory for one kind of fact. */
export function openFacts<T>({ max = factsMax, keeps }: FactsOptions<T> = {}): Facts<T> {
  const known = new Map<string, { readonly fact: T }>();
  const learn = (subject: Subject, fact: T): void => {
    if (!idsOf(subject).every((id) => fullId.test(id)) || keeps?.(fact) === false) return;
    known.set(keyOf(subject), { fact });
    const [oldest] = known.size > max ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
  };
  return {
    learn,
    known: (subject) => known.get(keyOf(subject))?.fact,
    async of(subject, findOut) {
      const found = known.get(keyOf(subject));
      if (found !== undefined) return found.fact;
      const fact = await findOut();
      learn(subject, fact);
      return fact;
    },
  };
}

const idsOf = (subject: Subject): readonly string[] =>
  typeof subject === "string" ? [subject] : subject.ids;

const keyOf = (subject: Subject): string =>
  typeof subject === "string" ? subject : [...subject.ids, ...subject.asked].join("\0");
