/** Resolves a candidate's conflicts with the branch: another author, in a workspace of its own. */
import type { CommitSha, SessionId } from "../../core/ids.ts";
import type { Attempt } from "../../core/records.ts";
import type { Task } from "../../core/task.ts";
import { fill } from "../../core/template.ts";
import type { Workspace } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { converse, type Held } from "../converse.ts";
import { envOf, provide, roomOf } from "../provide.ts";
import { taskText } from "../task-text.ts";
import { handIn } from "../work/hand-in.ts";
import { withLeftover } from "../work/leftover.ts";
import type { WorkOutcome } from "../work/outcome.ts";
import { changeSchema, parseAnswer } from "../work/parse-answer.ts";
import { take } from "../work/take.ts";
import type { Begun } from "../work/work.ts";

export interface ResolveRequest {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly candidate: CommitSha;
  readonly budgetUsd: number;
  /** Goes on in the attempt's workspace and session, where they are still there. */
  readonly resume: boolean;
  readonly anew: SessionId;
  /** Name of the workspace to take where a process that lost the task has the attempt's open. */
  readonly spare: string;
  readonly begun: (begun: Begun) => Promise<void>;
  /** Records what came of it; false where it is not heard. */
  readonly ended: (outcome: WorkOutcome) => Promise<boolean>;
}

/** Has the conflicts of a candidate resolved; the result is judged like any other work. */
export async function resolve(
  stage: Stage,
  request: ResolveRequest,
  signal: AbortSignal,
): Promise<void> {
  const desk = await enter(stage, request, signal);
  await using workspace = desk.workspace;
  const make = async (): Promise<WorkOutcome> => {
    const { base, name } = workspace;
    await request.begun({ base, session: desk.session, workspace: name });
    const held = await talk(stage, request, desk, signal);
    const outcome = await conclude(stage, request, { ...desk, held }, signal);
    return withLeftover(stage, request, workspace, outcome);
  };
  await handIn(workspace, make, request.ended);
}

interface Desk {
  readonly workspace: Workspace;
  readonly conflicted: readonly string[];
  readonly session: SessionId;
  readonly resumed: boolean;
}

async function enter(
  { world }: Stage,
  { attempt, candidate, resume, anew, spare }: ResolveRequest,
  signal: AbortSignal,
): Promise<Desk> {
  const { repo } = world;
  const isTaken = await repo.isOpen(attempt.workspace, signal);
  if (!isTaken && resume && attempt.base !== null) {
    const workspace = await repo.reopen(attempt.workspace, attempt.base, signal);
    if (workspace !== null) {
      // what collides is known again by merging again, which writes nothing where it collides
      const merged = await repo.merge(attempt.base, candidate, "", signal);
      const conflicted = merged.kind === "conflicted" ? merged.paths : [];
      return { workspace, conflicted, session: attempt.session, resumed: true };
    }
  }
  const tip = await repo.sync(signal);
  const name = isTaken ? spare : attempt.workspace;
  const opening = { at: tip.commit, name, theirs: candidate };
  const workspace = await repo.openConflict(opening, signal);
  return { workspace, conflicted: workspace.conflicted, session: anew, resumed: false };
}

async function talk(
  stage: Stage,
  { task, budgetUsd }: ResolveRequest,
  { workspace, conflicted, session }: Desk,
  signal: AbortSignal,
): Promise<Held> {
  const { world, settings } = stage;
  const installed = await provide(world, workspace, signal);
  return converse(
    stage,
    {
      role: "refinery",
      ...roomOf(workspace),
      system: fill(settings.contracts.refinery_system, { project: settings.name }),
      prompt: promptOf(task, conflicted),
      schema: changeSchema,
      budgetUsd,
      env: envOf(installed),
      session,
      name: workspace.name,
      resume: true,
      edits: true,
    },
    signal,
  );
}

async function conclude(
  stage: Stage,
  { task }: ResolveRequest,
  { workspace, conflicted, resumed, held }: Desk & { readonly held: Held },
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const { ended, spending, dueUsd, text, durationMs } = held;
  const answer = ended.kind === "answered" ? parseAnswer(ended.json) : null;
  const common = { spending, dueUsd, durationMs, resumed, summary: answer?.summary ?? text };
  if (ended.kind === "released") return { ...common, kind: "released", release: ended.release };
  if (ended.kind === "failed") return { ...common, kind: "failed", failure: ended.failure };
  const taken = await take(stage, { workspace, title: task.brief.title }, signal);
  if (taken.kind === "failed") return { ...common, ...taken };
  const left = await unresolved(stage, taken.commit, conflicted, signal);
  if (left.length === 0) return { ...common, ...taken };
  const detail = `conflict markers are left in ${left.join(", ")}`;
  return { ...common, kind: "failed", failure: { kind: "conflicted", detail } };
}

/** Git's own markers at the start of a line, all three kinds in one file. */
const markers = [/^<{7} /m, /^={7}$/m, /^>{7} /m];
const fileMax = 2_000_000;

async function unresolved(
  { world }: Stage,
  commit: CommitSha,
  conflicted: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const path of conflicted) {
    const text = await world.repo.read(commit, path, fileMax, signal);
    if (text !== null && markers.every((each) => each.test(text))) left.push(path);
  }
  return left;
}

function promptOf(task: Task, conflicted: readonly string[]): string {
  const paths = conflicted.map((path) => `- ${path}`).join("\n");
  return [
    "The task below was done, and conflicts with what has landed since.",
    `## Conflicted files\n\n${paths}`,
    "## The task",
    taskText(task.brief),
  ].join("\n\n");
}
