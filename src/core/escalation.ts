/** Which model the last attempt of a task gets. */
import type { Task } from "./task.ts";

/** `auto` takes the next stronger one; `none`, or null, keeps the worker's own. */
export type EscalationSetting = string | null;

/** By the words in an alias or a full id; whatever is not listed has nothing above it. */
const stronger: readonly (readonly [RegExp, string])[] = [
  [/haiku/, "sonnet"],
  [/sonnet/, "opus"],
];

/** The model of a last attempt; null where it is the worker's own. */
export function escalationOf(setting: EscalationSetting, model: string): string | null {
  if (setting === null || setting === "none") return null;
  const above =
    setting === "auto" ? (stronger.find(([name]) => name.test(model))?.[1] ?? null) : setting;
  return above === model ? null : above;
}

/** Tells whether this attempt is a task's last, after others that failed. */
export const isLastResort = ({ state, lastFailure }: Task): boolean =>
  "left" in state && state.left === 0 && state.attempt > 1 && lastFailure !== null;
