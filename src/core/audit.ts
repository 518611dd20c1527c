/**
 * Holds what is stored against what the log tells: each difference is a sentence for the person.
 */
import type { Cycle } from "./cycle.ts";
import type { Past } from "./history.ts";
import type { CycleId, TaskId } from "./ids.ts";
import type { Project } from "./project.ts";
import type { Landing } from "./records.ts";
import type { Task } from "./task.ts";

/** All that a project's tables hold. */
export interface Stored {
  /** Null until it has been written once. */
  readonly project: Project | null;
  readonly tasks: readonly Task[];
  readonly cycles: readonly Cycle[];
  readonly landings: readonly Landing[];
}

/** Names what differs; nothing where the log gives the stored state again. */
export function audit(past: Past, stored: Stored): readonly string[] {
  return [
    ...past.flaws,
    ...(stored.project === null ? [] : named("the project", past.project, stored.project)),
    ...each<TaskId, Task>("task", past.tasks, stored.tasks),
    ...each<CycleId, Cycle>("cycle", past.cycles, stored.cycles),
    ...landed(stored),
  ];
}

function each<K extends string, T extends { readonly id: K }>(
  what: string,
  told: ReadonlyMap<K, T>,
  kept: readonly T[],
): readonly string[] {
  const byId = new Map(kept.map((one) => [one.id, one]));
  const lost = [...told.keys()].filter((id) => !byId.has(id));
  return [
    ...lost.map((id) => `${what} ${id} is in the log, but not stored`),
    ...kept.flatMap((one) => {
      const then = told.get(one.id);
      return then === undefined
        ? [`${what} ${one.id} is stored, but the log never created it`]
        : named(`${what} ${one.id}`, then, one);
    }),
  ];
}

/** Work that is called done has a landing, at the same commit. */
function landed({ tasks, landings }: Stored): readonly string[] {
  return tasks.flatMap(({ id, state }) => {
    if (state.at !== "done" || state.landed === null) return [];
    const { landed: commit } = state;
    const has = landings.some(
      (one) => one.state === "landed" && one.commit === commit && one.tasks.includes(id),
    );
    return has ? [] : [`task ${id} is done at ${commit}, but no such landing is recorded`];
  });
}

const named = (what: string, told: unknown, kept: unknown): readonly string[] =>
  differences(told, kept, "").map(
    ({ at, log, row }) => `${what}: ${at} is ${row}, by the log ${log}`,
  );

interface Difference {
  readonly at: string;
  readonly log: string;
  readonly row: string;
}

/** Longest value that is quoted, in characters. */
const quotedMax = 80;

function differences(log: unknown, row: unknown, at: string): readonly Difference[] {
  if (isRecord(log) && isRecord(row) && Array.isArray(log) === Array.isArray(row)) {
    const keys = new Set([...Object.keys(log), ...Object.keys(row)]);
    return [...keys].flatMap((key) =>
      differences(log[key], row[key], at === "" ? key : `${at}.${key}`),
    );
  }
  if (Object.is(log, row)) return [];
  return [{ at: at === "" ? "it" : at, log: quoted(log), row: quoted(row) }];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function quoted(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length <= quotedMax ? text : `${text.slice(0, quotedMax)}…`;
}
