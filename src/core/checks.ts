/**
 * Whether a change broke a check, or the check was broken before: only what is introduced counts.
 */
import type { TestFailure, TestResults } from "./results.ts";

/** How a command ended. */
export type CommandEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string }
  | { readonly kind: "timedOut" }
  | { readonly kind: "aborted" }
  /**
   * It used more than it may: memory, processes, processor time, disk or output; `detail` names the
   * limit, and what it used.
   */
  | { readonly kind: "overLimit"; readonly detail: string }
  | { readonly kind: "unstartable"; readonly detail: string };

/** One check, run once on one commit. */
export interface CheckRun {
  /** What people call it: `test`, `lint`. */
  readonly name: string;
  readonly command: string;
  readonly ended: CommandEnd;
  readonly results: TestResults;
  /** The last lines of its output, bounded. */
  readonly outputTail: string;
  readonly durationMs: number;
}

/** What two runs were compared by; names tell most, exit codes least. */
export type Basis = "name" | "count" | "exit code";

interface Compared {
  readonly check: string;
  readonly by: Basis;
  /** What it does, as a sentence whose subject is the check: for people and the next attempt. */
  readonly why: string;
  /** Failing on the candidate and not on the base; empty where names are not known. */
  readonly introduced: readonly TestFailure[];
  /** Failing on both. */
  readonly preexisting: readonly string[];
  /** Failing on the base and no longer. */
  readonly fixed: readonly string[];
}

/** How a check of the candidate compares with the same check of its base. */
export type Comparison =
  | ({ readonly kind: "passed" } & Compared)
  | ({ readonly kind: "failed" } & Compared)
  /** Both are red and nobody can tell whether for the same reason: a person must. */
  | ({ readonly kind: "held" } & Compared)
  /** The check itself could not be run to its end; says nothing of the change. */
  | { readonly kind: "inconclusive"; readonly check: string; readonly why: string };

/**
 * Compares a check on the candidate with the same on its base; without a base, each failure
 * counts.
 */
export function compare(candidate: CheckRun, base: CheckRun | null): Comparison {
  const conclude = concludes(candidate, base);
  const unrun = whyUnrun(candidate);
  if (unrun !== null) return inconclusive(candidate, `could not be run: ${unrun}`);
  if (!isRed(candidate)) return compareGreen(candidate, base, conclude);
  const red = `is red: ${outcomeOf(candidate)}`;
  if (base === null)
    return conclude("failed", basisOf(candidate, base), `${red}; there is no base`);
  const unrunBase = whyUnrun(base);
  if (unrunBase !== null) return inconclusive(candidate, `${red}; no base: ${unrunBase}`);
  if (!isRed(base))
    return conclude("failed", basisOf(candidate, base), `${red}; the base is green`);
  return compareRed(candidate, base, conclude);
}

type Conclude = (kind: "passed" | "failed" | "held", by: Basis, why: string) => Comparison;

function concludes(candidate: CheckRun, base: CheckRun | null): Conclude {
  const now = failuresOf(candidate);
  const before = new Set((base === null ? [] : failuresOf(base)).map(({ name }) => name));
  const names = new Set(now.map(({ name }) => name));
  // Where the candidate cannot be read whole, nothing is known to be fixed.
  const readable = candidate.results.kind === "named" && isReadable(candidate);
  const facts = {
    check: candidate.name,
    introduced: now.filter(({ name }) => !before.has(name)),
    preexisting: [...before].filter((name) => names.has(name)),
    fixed: readable ? [...before].filter((name) => !names.has(name)) : [],
  };
  // Against a base whose failures are not all named, none of the candidate's is known to be new.
  const nameless =
    base !== null && isRed(base) && !(base.results.kind === "named" && isReadable(base));
  return (kind, by, why) => ({ kind, by, why, ...facts, ...(nameless ? { introduced: [] } : {}) });
}

function compareGreen(candidate: CheckRun, base: CheckRun | null, conclude: Conclude): Comparison {
  const before = base === null ? null : testsIn(base.results);
  const now = testsIn(candidate.results);
  if (before === null || before === 0 || (now !== null && now > 0))
    return conclude("passed", basisOf(candidate, base), greenWords(candidate, before));
  return now === 0
    ? conclude("failed", "count", `ran nothing, where the base ran ${before} tests`)
    : conclude("held", "exit code", `exits 0 but reports no tests, where the base ran ${before}`);
}

function compareRed(candidate: CheckRun, base: CheckRun, conclude: Conclude): Comparison {
  const now = outcomeOf(candidate);
  const before = outcomeOf(base);
  if (candidate.ended.kind !== "exited" && base.ended.kind === "exited")
    return conclude("failed", "exit code", `is red: ${now}, where the base came to its end`);
  const [failing, failingBefore] = [failedIn(candidate), failedIn(base)];
  if (candidate.ended.kind !== "exited" || base.ended.kind !== "exited")
    return conclude("held", "exit code", `is red: ${now}; the base: ${before}`);
  if (failing === 0 || failingBefore === 0 || !areAlike(candidate.results, base.results))
    return conclude("held", "exit code", `is red before and after, not to be told apart: ${now}`);
  if (candidate.results.kind === "named" && base.results.kind === "named")
    return compareNames(candidate.results, base.results, conclude);
  return failing > failingBefore
    ? conclude("failed", "count", `has ${failing} failures, where the base has ${failingBefore}`)
    : conclude("passed", "count", `has no more failures than the base (${failingBefore})`);
}

/** A change may take tests away for good reason; whoever reads it must know that it does. */
function greenWords({ results }: CheckRun, before: number | null): string {
  if (results.kind === "opaque" || results.kind === "problems") return "is green";
  const green = `is green: ${results.passed} ${results.passed === 1 ? "test" : "tests"} passed`;
  const fewer = (before ?? 0) - results.passed - results.failed;
  return fewer > 0 ? `${green}, ${fewer} fewer than the base ran` : green;
}

type Named = Extract<TestResults, { readonly kind: "named" }>;

function compareNames(candidate: Named, base: Named, conclude: Conclude): Comparison {
  const known = new Set(base.failures.map(({ name }) => name));
  const added = candidate.failures.filter(({ name }) => !known.has(name)).length;
  return added > 0
    ? conclude(
        "failed",
        "name",
        `is red: ${added} of ${candidate.failed} failures are new${passedWords(candidate)}`,
      )
    : conclude(
        "passed",
        "name",
        `is red as before: all that fails failed then${passedWords(candidate)}`,
      );
}

/** Problems of a linter and failures of tests are not the same things counted. */
const areAlike = (a: TestResults, b: TestResults): boolean =>
  (a.kind === "problems") === (b.kind === "problems");

/**
 * Tells whether a run found fault; failures count whatever the exit code, which a pipe or `|| true`
 * loses.
 */
export const isRed = ({ ended, results }: CheckRun): boolean =>
  ended.kind !== "exited" || ended.code !== 0 || (results.kind !== "opaque" && results.failed > 0);

/** Tells whether the run came to its end and, if red, shows what failed. */
const isReadable = (run: CheckRun): boolean =>
  run.ended.kind === "exited" && (!isRed(run) || failedIn(run) > 0);

const failuresOf = ({ results }: CheckRun): readonly TestFailure[] =>
  results.kind === "named" ? results.failures : [];

/** Failures that the run counts; 0 where it cannot be read. */
export const failedIn = ({ results }: CheckRun): number =>
  results.kind === "opaque" ? 0 : results.failed;

/** Tests that ran; `null` where that is not known. */
const testsIn = (results: TestResults): number | null =>
  results.kind === "opaque" || results.kind === "problems" ? null : results.passed + results.failed;

function basisOf(run: CheckRun, base: CheckRun | null): Basis {
  if (run.results.kind === "opaque" || (isRed(run) && failedIn(run) === 0)) return "exit code";
  if (run.results.kind !== "named") return "count";
  // only what fails has a name: where nothing does, or did, tests have only been counted
  const named = failuresOf(run).length + (base === null ? 0 : failuresOf(base).length);
  return named > 0 ? "name" : "count";
}

const inconclusive = (run: CheckRun, why: string): Comparison => ({
  kind: "inconclusive",
  check: run.name,
  why,
});

function whyUnrun({ ended }: CheckRun): string | null {
  if (ended.kind === "aborted") return "it was aborted";
  return ended.kind === "unstartable" ? `it did not start: ${ended.detail}` : null;
}

/** How many tests passed beside those that failed; nothing where that is not known. */
function passedWords(results: TestResults): string {
  if (results.kind === "opaque" || results.kind === "problems") return "";
  return `, ${results.passed} passed`;
}

/** How a check ended, and what can be read from it, in a few words. */
export function outcomeOf(run: CheckRun): string {
  const { ended } = run;
  switch (ended.kind) {
    case "exited": {
      const failed = failedIn(run);
      const what = failed === 0 ? "no failure that can be read" : `${failed} failed`;
      return `exit code ${ended.code}, ${what}${passedWords(run.results)}`;
    }
    case "killed":
      return `killed by ${ended.signal}`;
    case "timedOut":
      return `timed out after ${Math.round(run.durationMs / 1000)} s`;
    case "overLimit":
      return `ended for using ${ended.detail}`;
    case "aborted":
      return "aborted";
    case "unstartable":
      return `did not start: ${ended.detail}`;
    default:
      return ended satisfies never;
  }
}
