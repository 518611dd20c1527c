/** The checks as a gate: run on the candidate, and on its base where that may tell something. */
import { type CheckRun, compare } from "../../core/checks.ts";
import { groundOf, isSteady, type Weighed, weigh } from "../../core/flaky.ts";
import type { CheckOutcome, Verdict } from "../../core/records.ts";
import type { Commit } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { type Round, recallRounds, runUntil, type SetupFailed } from "./run-checks.ts";

export type Gates =
  | { readonly kind: "aborted" }
  | {
      readonly kind: "gated";
      readonly decision: Verdict["decision"];
      readonly reasons: readonly string[];
      readonly checks: readonly CheckOutcome[];
      readonly hold: string | null;
    };

export interface GateRequest {
  readonly candidate: Commit;
  readonly base: Commit;
  readonly task: { readonly id: string };
}

/** Runs the checks on the candidate, and on its base where the candidate is not plainly green. */
export async function gate(
  stage: Stage,
  { candidate, base, task }: GateRequest,
  signal: AbortSignal,
): Promise<Gates> {
  const place = (what: string, at: Commit) => ({
    at,
    name: `${what}-${task.id}-${at.commit.slice(0, 12)}`,
  });
  const mine = { ...place("check", candidate), enough: () => true };
  const first = await runUntil(stage, mine, signal);
  if (first.kind === "aborted") return first;
  if (first.kind === "setupFailed") return withoutSetUp(first);
  const ground = first.rounds.flat().every(isPlainlyGreen)
    ? ({ kind: "ran", rounds: await recallRounds(stage, base) } as const)
    : await runUntil(stage, { ...place("base", base), enough: areSettled }, signal);
  if (ground.kind === "aborted") return ground;
  // a base whose set-up fails is none
  const grounds = ground.kind === "ran" ? ground.rounds : [];
  const weighAll = (rounds: readonly Round[]): readonly Weighed[] =>
    stage.settings.checks.map(({ name }) =>
      weigh(runsOf(rounds, name), groundOf(runsOf(grounds, name))),
    );
  const enough = (rounds: readonly Round[]): boolean => weighAll(rounds).every((it) => !it.again);
  const last = await runUntil(stage, { ...mine, enough, known: first.rounds }, signal);
  if (last.kind === "aborted") return last;
  // what cannot be set up again stays red
  const rounds = last.kind === "ran" ? last.rounds : first.rounds;
  return { kind: "gated", ...decide(weighAll(rounds).map(outcomeOf)) };
}

const runsOf = (rounds: readonly Round[], check: string): readonly CheckRun[] =>
  rounds.flatMap((round) => round.filter(({ name }) => name === check));

/** Tells whether no check of a base may be red by chance alone. */
const areSettled = (rounds: readonly Round[]): boolean =>
  rounds.length > 1 || rounds.flat().every(isSteady);

function withoutSetUp({ command, output }: SetupFailed): Gates {
  const reasons = [`the project's set-up, \`${command}\`, fails on it:\n${output}`];
  return { kind: "gated", decision: "fail", reasons, checks: [], hold: null };
}

/** Green, and not because nothing ran. */
function isPlainlyGreen(run: CheckRun): boolean {
  if (compare(run, null).kind !== "passed") return false;
  const { results } = run;
  return results.kind === "opaque" || results.kind === "problems" || results.passed > 0;
}

function outcomeOf({ run, comparison: compared }: Weighed): CheckOutcome {
  const { name, command, outputTail, durationMs } = run;
  const facts = { name, command, outputTail, durationMs, sentence: compared.why };
  if (compared.kind === "inconclusive") {
    const unknown = { by: "exit code", introduced: [], preExisting: [], hold: null } as const;
    return { ...facts, ...unknown, decision: "inconclusive" };
  }
  return {
    ...facts,
    decision: compared.kind === "failed" ? "fail" : "pass",
    by: compared.by,
    introduced: compared.introduced,
    preExisting: compared.preexisting,
    hold: compared.kind === "held" ? `the check ${name} ${compared.why}` : null,
  };
}

function decide(checks: readonly CheckOutcome[]): {
  readonly checks: readonly CheckOutcome[];
  readonly decision: Verdict["decision"];
  readonly reasons: readonly string[];
  readonly hold: string | null;
} {
  const bad = checks.filter(({ decision }) => decision !== "pass");
  const reasons = bad.map(({ name, sentence }) => `the check ${name} ${sentence}`);
  if (bad.some(({ decision }) => decision === "fail"))
    return { checks, decision: "fail", reasons, hold: null };
  if (bad.length > 0) return { checks, decision: "inconclusive", reasons, hold: null };
  const held = checks.find(({ hold }) => hold !== null);
  return { checks, decision: "pass", reasons: [], hold: held?.hold ?? null };
}
