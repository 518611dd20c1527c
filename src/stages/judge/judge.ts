/**
 * Judges one commit: facts of the change, then the checks, then the AI's reading. Red cannot be
 * overruled.
 */
import type { Failure, FailureKind } from "../../core/failure.ts";
import { nothingSpent, type Reading, type Spending, type Verdict } from "../../core/records.ts";
import { outside } from "../../core/scope.ts";
import type { Task } from "../../core/task.ts";
import type { Diff } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import type { Release } from "../converse.ts";
import { gate } from "./gate.ts";
import { read } from "./read.ts";
import type { JudgeRequest } from "./request.ts";

export type JudgeOutcome =
  | {
      readonly kind: "judged";
      readonly verdict: Verdict;
      /** What a verdict of `fail` means for the attempt: which gate it did not pass. */
      readonly failure: FailureKind;
    }
  | { readonly kind: "released"; readonly release: Release; readonly spending: Spending };

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
  const verdict = (found: Found, failure: FailureKind = "judgedBad"): JudgeOutcome => ({
    kind: "judged",
    failure,
    verdict: {
      ...found,
      task: request.task.id,
      attempt: request.attempt,
      number: request.number,
      commit: request.candidate.commit,
      base: request.base.commit,
      unchecked: stage.settings.checks.length === 0,
      startedAt,
      held: stage.settings.held,
      durationMs: Math.round(world.clock.elapsedMs() - begun),
    },
  });
  const { candidate, base, task } = request;
  const diff = await world.repo.diff(base.commit, candidate.commit, diffMax, signal);
  const objection = factsAgainst(stage, task, diff);
  const gates = await gate(stage, request, signal);
  if (gates.kind === "aborted") return aborted(world.clock.now());
  const reasons = [...(objection === null ? [] : [objection.detail]), ...gates.reasons];
  const found = { checks: gates.checks, hold: gates.hold, spending: nothingSpent, reading: null };
  if (objection !== null || gates.decision === "fail")
    return verdict({ ...found, decision: "fail", reasons }, objection?.kind ?? "checksRed");
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

function factsAgainst(stage: Stage, task: Task, diff: Diff): Failure | null {
  if (diff.changes.length === 0) return { kind: "emptyChange", detail: "the change is empty" };
  const strays = outside(diff.changes, task.brief.allowedFiles, stage.world.match);
  if (strays.length === 0) return null;
  const shown = strays.slice(0, 20).join(", ");
  const detail = `it changes files that the task does not allow: ${shown}`;
  return { kind: "outOfScope", detail };
}
