/** Judges one commit: facts of the change, then the checks, then the AI's reading. Red cannot be overruled. */
import { type CheckOutcome, compare } from "../../core/checks.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { Reading, Spending, Verdict } from "../../core/records.ts";
import { outside } from "../../core/scope.ts";
import type { Task } from "../../core/task.ts";
import type { Commit, Diff } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import type { Release } from "../converse.ts";
import { read } from "./read.ts";
import { runChecks } from "./run-checks.ts";

export interface JudgeRequest {
  readonly task: Task;
  readonly attempt: number;
  /** Numbers the verdicts of the task, from 1. */
  readonly number: number;
  readonly candidate: Commit;
  readonly base: Commit;
  readonly budgetUsd: number;
}

export type JudgeOutcome =
  | { readonly kind: "judged"; readonly verdict: Verdict }
  | { readonly kind: "released"; readonly release: Release; readonly spending: Spending };

const nothingSpent: Spending = { costUsd: 0, turns: 0, usage: [] };

/** Longest diff that the judge is shown, in bytes; it has the files themselves beside it. */
const diffMax = 60_000;

/** Reaches a verdict on one commit. */
export async function judge(
  stage: Stage,
  request: JudgeRequest,
  signal: AbortSignal,
): Promise<JudgeOutcome> {
  const { world } = stage;
  const startedAt = world.clock.now();
  const begun = world.clock.elapsedMs();
  const verdict = (found: Found): JudgeOutcome => ({
    kind: "judged",
    verdict: {
      ...found,
      task: request.task.id,
      attempt: request.attempt,
      number: request.number,
      commit: request.candidate.commit,
      base: request.base.commit,
      unchecked: stage.settings.checks.length === 0,
      startedAt,
      durationMs: Math.round(world.clock.elapsedMs() - begun),
    },
  });
  const { candidate, base, task } = request;
  const diff = await world.repo.diff(base.commit, candidate.commit, diffMax, signal);
  const objections = factsAgainst(stage, task, diff);
  const gates = await gate(stage, request, signal);
  if (gates.kind === "aborted") return aborted(world.clock.now());
  const reasons = [...objections, ...gates.reasons];
  const found = { checks: gates.checks, hold: gates.hold, spending: nothingSpent, reading: null };
  if (objections.length > 0 || gates.decision === "fail")
    return verdict({ ...found, decision: "fail", reasons });
  if (gates.decision === "inconclusive")
    return verdict({ ...found, decision: "inconclusive", reasons });
  const reading = await read(stage, { ...request, diff, checks: gates.checks }, signal);
  if (reading.kind === "released") return reading;
  const { spending } = reading;
  if (reading.kind === "none")
    return verdict({ ...found, spending, decision: "inconclusive", reasons: [reading.why] });
  return verdict({ ...found, spending, ...weigh(reading.reading) });
}

type Found = Pick<Verdict, "decision" | "reasons" | "checks" | "hold" | "spending" | "reading">;

const aborted = (now: Release["until"]): JudgeOutcome => ({
  kind: "released",
  release: { cause: "aborted", why: "stopped", until: now },
  spending: nothingSpent,
});

function weigh(reading: Reading): Pick<Verdict, "decision" | "reasons" | "reading"> {
  if (reading.decision === "pass") return { decision: "pass", reasons: [], reading };
  const places = reading.findings.map(
    ({ file, line, what }) => `${file}${line === null ? "" : `:${line}`}: ${what}`,
  );
  return { decision: "fail", reasons: [reading.reasoning, ...places], reading };
}

function factsAgainst(stage: Stage, task: Task, diff: Diff): readonly string[] {
  if (diff.changes.length === 0) return ["the change is empty"];
  const strays = outside(diff.changes, task.brief.allowedFiles, stage.world.match);
  if (strays.length === 0) return [];
  const shown = strays.slice(0, 20).join(", ");
  return [`it changes files that the task does not allow: ${shown}`];
}

type Gates =
  | { readonly kind: "aborted" }
  | {
      readonly kind: "gated";
      readonly decision: Verdict["decision"];
      readonly reasons: readonly string[];
      readonly checks: readonly CheckOutcome[];
      readonly hold: string | null;
    };

/** Runs the checks on the candidate, and on its base where the candidate is not all green. */
export async function gate(
  stage: Stage,
  at: { readonly candidate: Commit; readonly base: Commit; readonly task: { readonly id: string } },
  signal: AbortSignal,
): Promise<Gates> {
  const name = (what: string, { commit }: { readonly commit: CommitSha }): string =>
    `${what}-${at.task.id}-${commit.slice(0, 12)}`;
  const { candidate, base } = at;
  const mine = await runChecks(stage, { at: candidate, name: name("check", candidate) }, signal);
  if (mine.kind === "aborted") return mine;
  const none = { kind: "gated", checks: [], hold: null } as const;
  if (mine.kind === "setupFailed") {
    const reason = `the project's set-up, \`${mine.command}\`, fails on it:\n${mine.output}`;
    return { ...none, decision: "fail", reasons: [reason] };
  }
  const alone = mine.runs.map((run) => compare(run, null));
  if (alone.every(({ decision }) => decision === "pass"))
    return { ...none, decision: "pass", reasons: [], checks: alone };
  const theirs = await runChecks(stage, { at: base, name: name("base", base) }, signal);
  if (theirs.kind === "aborted") return theirs;
  const baseRuns = theirs.kind === "ran" ? theirs.runs : [];
  const checks = mine.runs.map((run) =>
    compare(run, baseRuns.find((each) => each.name === run.name) ?? null),
  );
  return { ...none, ...decide(checks), checks };
}

function decide(checks: readonly CheckOutcome[]): {
  readonly decision: Verdict["decision"];
  readonly reasons: readonly string[];
  readonly hold: string | null;
} {
  const bad = checks.filter(({ decision }) => decision !== "pass");
  const reasons = bad.map(({ name, sentence }) => `${name}: ${sentence}`);
  if (bad.some(({ decision }) => decision === "fail"))
    return { decision: "fail", reasons, hold: null };
  if (bad.length > 0) return { decision: "inconclusive", reasons, hold: null };
  const held = checks.find(({ hold }) => hold !== null);
  return { decision: "pass", reasons: [], hold: held?.hold ?? null };
}
