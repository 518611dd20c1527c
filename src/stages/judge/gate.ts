/** The checks as a gate: run on the candidate, and on its base where that may tell something. */
import { type CheckRun, type Comparison, compare } from "../../core/checks.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { CheckOutcome, Verdict } from "../../core/records.ts";
import type { Commit } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { recallChecks, runChecks } from "./run-checks.ts";

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
  const name = (what: string, { commit }: { readonly commit: CommitSha }): string =>
    `${what}-${task.id}-${commit.slice(0, 12)}`;
  const mine = await runChecks(stage, { at: candidate, name: name("check", candidate) }, signal);
  if (mine.kind === "aborted") return mine;
  const none = { kind: "gated", checks: [], hold: null } as const;
  if (mine.kind === "setupFailed") {
    const reason = `the project's set-up, \`${mine.command}\`, fails on it:\n${mine.output}`;
    return { ...none, decision: "fail", reasons: [reason] };
  }
  const known = await recallChecks(stage, base);
  if (known === null && mine.runs.every(isPlainlyGreen))
    return { ...none, ...decide(mine.runs.map((run) => outcomeOf(run, compare(run, null)))) };
  const theirs =
    known === null
      ? await runChecks(stage, { at: base, name: name("base", base) }, signal)
      : ({ kind: "ran", runs: known } as const);
  if (theirs.kind === "aborted") return theirs;
  const baseRuns = theirs.kind === "ran" ? theirs.runs : [];
  const compared = mine.runs.map((run) =>
    outcomeOf(run, compare(run, baseRuns.find((each) => each.name === run.name) ?? null)),
  );
  return { ...none, ...decide(compared) };
}

/** Green, and not because nothing ran. */
function isPlainlyGreen(run: CheckRun): boolean {
  if (compare(run, null).kind !== "passed") return false;
  const { results } = run;
  return results.kind === "opaque" || results.kind === "problems" || results.passed > 0;
}

function outcomeOf(run: CheckRun, compared: Comparison): CheckOutcome {
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
