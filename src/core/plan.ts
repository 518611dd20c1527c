/** What a planner answers, and what the rules make of it. */
import type { TaskId } from "./ids.ts";
import type { TaskBrief } from "./task.ts";

/** A plan as data; the plan document is written from it. */
export interface Plan {
  /** What the planner found, in Markdown. */
  readonly assessment: string;
  readonly drafts: readonly TaskBrief[];
  readonly deferred: readonly Deferral[];
  readonly risks: readonly string[];
}

export interface Deferral {
  readonly item: string;
  readonly why: string;
}

/** A draft that was not taken, and why. */
export interface Refusal {
  readonly title: string;
  readonly why: string;
}

/** A task that is the same, and what became of it. */
export interface Known {
  readonly became: "open" | "done" | "failed" | "skipped";
  readonly task: TaskId;
}

export interface SiftRules {
  /** Most drafts that may become tasks. */
  readonly draftsMax: number;
  /** Tasks that exist, by their fingerprints. */
  readonly known: ReadonlyMap<string, Known>;
}

export interface Sifted {
  readonly taken: readonly TaskBrief[];
  readonly refused: readonly Refusal[];
}

/** A description shorter than this cannot tell a worker who knows nothing else what to do. */
export const descriptionMin = 200;
/** A description longer than this is more than one coherent change. */
export const descriptionMax = 1_500;

const knownAs = {
  open: (task) => `is already open as task ${task}`,
  done: (task) => `has been done already as task ${task}`,
  failed: (task) => `failed before as task ${task} and may not be tried again as it was`,
  skipped: (task) => `was skipped as task ${task}`,
} as const satisfies Readonly<Record<Known["became"], (task: TaskId) => string>>;

/** Takes the drafts that the rules allow, by priority, and says why each other one was refused. */
export function sift(drafts: readonly TaskBrief[], rules: SiftRules): Sifted {
  const taken: TaskBrief[] = [];
  const refused: Refusal[] = [];
  const seen = new Set<string>();
  const byPriority = [...drafts].sort((a, b) => b.priority - a.priority);
  for (const draft of byPriority) {
    const why = objection(draft, seen, rules);
    if (why !== null) refused.push({ title: draft.title, why });
    else if (taken.length >= rules.draftsMax)
      refused.push({ title: draft.title, why: `only ${rules.draftsMax} fit into this cycle` });
    else taken.push(draft);
    seen.add(fingerprint(draft));
  }
  return { taken, refused };
}

function objection(draft: TaskBrief, seen: ReadonlySet<string>, rules: SiftRules): string | null {
  const print = fingerprint(draft);
  const known = rules.known.get(print);
  const { length } = draft.description;
  if (known !== undefined) return knownAs[known.became](known.task);
  if (seen.has(print)) return "stands in this plan twice";
  if (length < descriptionMin)
    return `its description has ${length} characters, fewer than ${descriptionMin}`;
  if (length > descriptionMax)
    return `its description has ${length} characters, more than ${descriptionMax}: it is too big`;
  if (draft.criteria.length === 0) return "it has no acceptance criteria";
  return null;
}

/**
 * The normalised text of a task: case, punctuation, and white space do not make it another task.
 */
export function fingerprint(brief: Pick<TaskBrief, "title" | "description">): string {
  return `${normalise(brief.title)}\n${normalise(brief.description)}`;
}

const normalise = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
