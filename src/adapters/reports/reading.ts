import type { TestFailure, TestResults } from "../../core/results.ts";

/** What a reader found: something, or it would have found nothing. */
export type Reading = Exclude<TestResults, { readonly kind: "opaque" | "problems" }>;

/** Looks for one runner's report; `null` where there is none. Never throws; linear in the lines. */
export type Reader = (lines: readonly string[]) => Reading | null;

export interface Tally {
  readonly runner: string;
  readonly failures: readonly TestFailure[];
  readonly passed: number;
  /** As the runner counted them. */
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Names are worth something only if none is missing: otherwise the runner's count is all that is
 * known.
 */
export function settle(tally: Tally): Reading {
  const { runner, failures, passed, failed } = tally;
  if (failures.length === failed) return { kind: "named", ...tally };
  return { kind: "counted", runner, passed, failed: Math.max(failed, failures.length) };
}

/** Makes one report of those of several runners in one command. */
export function join(readings: readonly Reading[]): TestResults {
  const [first] = readings;
  if (first === undefined) return { kind: "opaque" };
  const runner = [...new Set(readings.map((each) => each.runner))].join(" + ");
  const passed = total(readings, (each) => each.passed);
  const failed = total(readings, (each) => each.failed);
  const named = readings.filter((each) => each.kind === "named");
  if (named.length < readings.length) return { kind: "counted", runner, passed, failed };
  return {
    kind: "named",
    runner,
    failures: distinct(named.flatMap((each) => each.failures)),
    passed,
    failed,
    skipped: total(named, (each) => each.skipped),
  };
}

const total = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((sum, each) => sum + of(each), 0);

/** Numbers those that share a name, in the order in which they came. */
function distinct(failures: readonly TestFailure[]): readonly TestFailure[] {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return failures.map(({ name, message }) => {
    let own = name;
    for (let n = next.get(name) ?? 2; taken.has(own); n += 1) {
      own = `${name} (${n})`;
      next.set(name, n + 1);
    }
    taken.add(own);
    return { name: own, message };
  });
}

/** Adds up what the pattern's first group counts over all lines. */
export const countOf = (lines: readonly string[], pattern: RegExp): number =>
  lines.reduce((sum, line) => sum + numberIn(pattern.exec(line)?.[1]), 0);

/** A count that was matched; 0 where it was not. */
export const numberIn = (digits: string | undefined): number => Number(digits ?? 0);
