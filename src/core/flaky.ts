/**
 * What several runs of one check on one commit say together, so that chance is not taken for cause:
 * a base is red only by what fails in each of its runs, a candidate only by what fails twice.
 */
import { type CheckRun, type Comparison, compare, failedIn, isRed } from "./checks.ts";

/** Most runs of a check on one commit: the first one, and two that may clear it. */
const runsMax = 3;

/** Failing tests named in a sentence; the documents have the rest. */
const namesMax = 5;

/**
 * A base's run that stands for all of its runs; `flaky` says in words what they do not agree on.
 */
export interface Ground {
  readonly run: CheckRun;
  readonly flaky: string | null;
}

/** Tells whether one run of a base says enough: a red one may be red by chance. */
export const isSteady = (run: CheckRun): boolean => !isRed(run) || run.ended.kind !== "exited";

/** Takes a base's runs together; null where there is none. */
export function groundOf(runs: readonly CheckRun[]): Ground | null {
  const [first, ...others] = runs;
  if (first === undefined) return null;
  return { run: others.reduce(inBoth, first), flaky: disagreement(first, others) };
}

/** Red only by what both runs failed by; where that cannot be known, by nothing that has a name. */
function inBoth(a: CheckRun, b: CheckRun): CheckRun {
  if (!isRed(a)) return a;
  if (!isRed(b)) return b;
  if (a.ended.kind !== "exited") return a;
  if (b.ended.kind !== "exited") return b;
  const [was, is] = [a.results, b.results];
  const nameless = failedIn(a) === 0 || failedIn(b) === 0 || was.kind !== is.kind;
  if (nameless || was.kind === "opaque")
    return {
      ...a,
      ended: { kind: "exited", code: a.ended.code || 1 },
      results: { kind: "opaque" },
    };
  if (was.kind !== "named" || is.kind !== "named") return failedIn(b) < failedIn(a) ? b : a;
  const again = new Set(is.failures.map(({ name }) => name));
  const failures = was.failures.filter(({ name }) => again.has(name));
  const passed = was.passed + was.failed - failures.length;
  const results = { ...was, failures, failed: failures.length, passed };
  return failures.length > 0
    ? { ...a, results }
    : { ...a, ended: { kind: "exited", code: 0 }, results };
}

function disagreement(first: CheckRun, others: readonly CheckRun[]): string | null {
  const runs = [first, ...others];
  const names = new Set(runs.flatMap(namesIn));
  const unsteady = [...names].filter((name) => !runs.every((run) => namesIn(run).includes(name)));
  if (unsteady.length > 0)
    return `${list(unsteady)} failed in some of its ${runs.length} runs only`;
  const alike = others.every(
    (run) =>
      isRed(run) === isRed(first) &&
      run.ended.kind === first.ended.kind &&
      failedIn(run) === failedIn(first),
  );
  return alike ? null : `its ${runs.length} runs do not come to the same`;
}

/** A candidate's run that stands for all of its runs, and how it compares with the base. */
export interface Weighed {
  readonly run: CheckRun;
  readonly comparison: Comparison;
  /** True where it is red once only, so that another run may clear it. */
  readonly again: boolean;
}

type Seen = Omit<Weighed, "again">;

/**
 * Weighs a candidate's runs against its base: what fails in two of them is red; what fails in one
 * of
 * three is flaky, does not count, and is said.
 */
export function weigh(runs: readonly CheckRun[], base: Ground | null): Weighed {
  const seen = runs.map((run) => ({ run, comparison: compareOn(run, base) }));
  const failed = seen.filter(({ comparison }) => comparison.kind === "failed");
  const rest = seen.filter(({ comparison }) => comparison.kind !== "failed");
  const [red] = failed;
  if (red === undefined) return { ...gravest(rest), again: false };
  // what does not come to its end is not run again: that would cost its whole time limit
  const isSure = failed.length > 1 || red.run.ended.kind !== "exited";
  if (isSure) return { ...telling(red, failed.length, runs.length), again: false };
  if (runs.length < runsMax) return { ...red, again: true };
  return { ...clearing(red, gravest(rest), runs.length), again: false };
}

function compareOn(run: CheckRun, base: Ground | null): Comparison {
  const comparison = compare(run, base?.run ?? null);
  return base === null || base.flaky === null || !isRed(run)
    ? comparison
    : { ...comparison, why: `${comparison.why}; the base is flaky: ${base.flaky}` };
}

/** What says least in favour of the candidate. */
function gravest(seen: readonly Seen[]): Seen {
  const order = ["inconclusive", "held", "passed"];
  const [first] = [...seen].sort(
    (a, b) => order.indexOf(a.comparison.kind) - order.indexOf(b.comparison.kind),
  );
  if (first === undefined) throw new Error("a check was weighed that has not been run");
  return first;
}

function telling({ run, comparison }: Seen, failed: number, of: number): Seen {
  if (of === 1) return { run, comparison };
  return { run, comparison: { ...comparison, why: `${comparison.why} (${failed} of ${of} runs)` } };
}

/** The clean runs' word, beside the red run's output. */
function clearing(red: Seen, clean: Seen, of: number): Seen {
  const names = red.comparison.kind === "failed" ? red.comparison.introduced : [];
  const what = names.length === 0 ? "it" : list(names.map(({ name }) => name));
  const why = `${clean.comparison.why}; flaky, so not counted: ${what} failed in 1 of ${of} runs`;
  return {
    run: { ...clean.run, outputTail: red.run.outputTail },
    comparison: { ...clean.comparison, why },
  };
}

const namesIn = ({ results }: CheckRun): readonly string[] =>
  results.kind === "named" ? results.failures.map(({ name }) => name) : [];

function list(names: readonly string[]): string {
  const more = names.length - namesMax;
  return names.slice(0, namesMax).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
