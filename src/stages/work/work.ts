/** Does one task in a workspace of its own, and takes what it left there as a commit. */
import { withoutBacklog } from "../../core/conventions.ts";
import type { Failure } from "../../core/failure.ts";
import type { CommitSha, SessionId } from "../../core/ids.ts";
import { type Attempt, nothingSpent } from "../../core/records.ts";
import type { Task } from "../../core/task.ts";
import { fill } from "../../core/template.ts";
import type { Workspace } from "../../ports/repo.ts";
import type { ContractName, Stage } from "../context.ts";
import { converse, type Held, type Release } from "../converse.ts";
import { provide, roomOf } from "../provide.ts";
import { briefing, type History } from "./briefing.ts";
import { type Before, type Entered, enter } from "./enter.ts";
import { handIn } from "./hand-in.ts";
import { withLeftover } from "./leftover.ts";
import type { WorkOutcome } from "./outcome.ts";
import { changeSchema, parseAnswer, reviewSchema } from "./parse-answer.ts";
import { take } from "./take.ts";

export interface WorkRequest {
  readonly task: Task;
  /** The attempt as it was recorded before anything began. */
  readonly attempt: Attempt;
  /** Goes on in the attempt's workspace and session, where they are still there. */
  readonly resume: boolean;
  /** What the last attempt left without submitting it. */
  readonly before: Before | null;
  readonly history: History;
  readonly budgetUsd: number;
  /** The session to begin where the attempt's own cannot go on. */
  readonly anew: SessionId;
  /** Name of the workspace to take where a process that lost the task has the attempt's open. */
  readonly spare: string;
  /** Records what is about to begin. */
  readonly begun: (begun: Begun) => Promise<void>;
  /** Records what came of it while the workspace is there to go on in; false where not heard. */
  readonly ended: (outcome: WorkOutcome) => Promise<boolean>;
}

/** Where a session works, and which one it is. */
export interface Begun {
  readonly base: CommitSha;
  readonly session: SessionId;
  readonly workspace: string;
  readonly carried?: CommitSha | undefined;
}

/** Longest end of a set-up's output that is told, in characters: what went wrong stands last. */
const setupTailMax = 2_000;
const endOf = (output: string): string => output.trimEnd().slice(-setupTailMax);

/** Runs a worker to its end, and has that recorded. */
export async function work(stage: Stage, request: WorkRequest, signal: AbortSignal): Promise<void> {
  const entered = await enter(stage, request, signal);
  await using workspace = entered.workspace;
  const make = async (): Promise<WorkOutcome> => {
    const outcome = await workIn(stage, request, entered, signal);
    return withLeftover(stage, request, workspace, outcome);
  };
  await handIn(workspace, make, request.ended);
}

async function workIn(
  stage: Stage,
  request: WorkRequest,
  { workspace, resumed, before, carried }: Entered,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const { world } = stage;
  const session = resumed ? request.attempt.session : request.anew;
  const { base, name } = workspace;
  await request.begun({ base, session, workspace: name, carried: carried ?? undefined });
  const installed = await provide(world, workspace, signal);
  if (installed.kind === "failed") {
    // the branch itself cannot be set up: no worker could do better, so none is blamed
    const why = `the set-up, ${installed.command}, fails:\n${endOf(installed.output)}`;
    const release: Release = { cause: "setup", why, until: null };
    const none = { spending: nothingSpent, dueUsd: 0, summary: "", durationMs: 0, resumed: false };
    return { ...none, kind: "released", release };
  }
  const told = before === null ? null : { ...before, carried: carried !== null };
  const history = { ...request.history, before: told };
  const seat = { workspace, session, env: installed.env };
  const held = await talk(stage, { ...request, history }, seat, signal);
  return conclude(stage, request, { workspace, held, resumed }, signal);
}

const contracts = {
  code: "worker_code",
  test: "worker_test",
  fix: "worker_fix",
  review: "worker_review",
} as const satisfies Record<Task["brief"]["kind"], ContractName>;

/** Longest notes of a project that a worker is given, in characters. */
const notesMax = 8_000;

interface Seat {
  readonly workspace: Workspace;
  readonly session: SessionId;
  readonly env: Readonly<Record<string, string>>;
}

async function talk(
  stage: Stage,
  { task, attempt, history, budgetUsd }: WorkRequest,
  { workspace, session, env }: Seat,
  signal: AbortSignal,
): Promise<Held> {
  const { world, settings } = stage;
  const notes = await world.repo.read(workspace.base, "CLAUDE.md", notesMax, signal);
  const checks = settings.checks.map(({ name, command }) => `- ${name}: \`${command}\``);
  const system = fill(settings.contracts[contracts[task.brief.kind]], {
    project: settings.name,
    checks: checks.length === 0 ? "None are configured." : checks.join("\n"),
    conventions: withoutBacklog(notes ?? "") || "None are written down.",
  });
  return converse(
    stage,
    {
      role: "worker",
      ...roomOf(workspace),
      system,
      prompt: briefing(task, history),
      schema: task.brief.kind === "review" ? reviewSchema : changeSchema,
      budgetUsd,
      env,
      session,
      name: workspace.name,
      resume: true,
      model: attempt.model,
      edits: task.brief.kind !== "review",
    },
    signal,
  );
}

interface Ended {
  readonly workspace: Workspace;
  readonly held: Held;
  readonly resumed: boolean;
}

async function conclude(
  stage: Stage,
  { task }: WorkRequest,
  { workspace, held, resumed }: Ended,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const { ended, spending, dueUsd, text, durationMs } = held;
  const answer = ended.kind === "answered" ? parseAnswer(ended.json) : null;
  const common = { spending, dueUsd, durationMs, resumed, summary: answer?.summary ?? text };
  if (ended.kind === "released") return { ...common, kind: "released", release: ended.release };
  if (ended.kind === "failed") return { ...common, kind: "failed", failure: ended.failure };
  if (answer?.kind === "blocked") return { ...common, kind: "blocked", question: answer.question };
  if (answer?.kind === "declined") return { ...common, kind: "declined", why: answer.why };
  if (task.brief.kind === "review") {
    if (answer?.kind === "reported") return { ...common, kind: "reported", report: answer.report };
    const failure: Failure = { kind: "agentFailed", detail: "the review ended without a report" };
    return { ...common, kind: "failed", failure };
  }
  const taken = await take(stage, { workspace, title: task.brief.title }, signal);
  if (taken.kind === "failed" && taken.failure.kind === "emptyChange" && answer === null) {
    const failure: Failure = { kind: "agentFailed", detail: `no answer, and no change: ${text}` };
    return { ...common, kind: "failed", failure };
  }
  return { ...common, ...taken };
}
