/** Resolves a candidate's conflicts with the branch: another author, in a workspace of its own. */
import type { CommitSha, SessionId } from "../../core/ids.ts";
import type { Attempt } from "../../core/records.ts";
import type { Task } from "../../core/task.ts";
import { fill } from "../../core/template.ts";
import type { Workspace } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { converse } from "../converse.ts";
import { envOf, provide } from "../provide.ts";
import { taskText } from "../work/briefing.ts";
import { changeSchema, parseAnswer } from "../work/parse-answer.ts";
import { take } from "../work/take.ts";
import type { Begun, WorkOutcome } from "../work/work.ts";

export interface ResolveRequest {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly candidate: CommitSha;
  readonly budgetUsd: number;
  readonly anew: SessionId;
  readonly begun: (begun: Begun) => Promise<void>;
}

/** Has the conflicts of a candidate resolved; the result is judged like any other work. */
export async function resolve(
  stage: Stage,
  request: ResolveRequest,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const { world, settings } = stage;
  const { task, attempt, candidate } = request;
  const tip = await world.repo.sync(signal);
  const opening = { at: tip.commit, name: attempt.workspace, theirs: candidate };
  await using workspace = await world.repo.openConflict(opening, signal);
  await request.begun({ base: workspace.base, session: request.anew });
  const installed = await provide(world, workspace, signal);
  const held = await converse(
    stage,
    {
      role: "refinery",
      cwd: workspace.path,
      readable: workspace.readable,
      system: fill(settings.contracts.refinery_system, { project: settings.name }),
      prompt: promptOf(task, workspace.conflicted),
      schema: changeSchema,
      budgetUsd: request.budgetUsd,
      env: envOf(installed),
      session: request.anew, // its workspace is made anew each time, so its session is too
      name: attempt.workspace,
      resume: false,
      edits: true,
    },
    signal,
  );
  const { ended, spending, text, durationMs } = held;
  const answer = ended.kind === "answered" ? parseAnswer(ended.json) : null;
  const common = { spending, durationMs, resumed: false, summary: answer?.summary ?? text };
  if (ended.kind === "released") return { ...common, kind: "released", release: ended.release };
  if (ended.kind === "failed") return { ...common, kind: "failed", failure: ended.failure };
  const taken = await take(stage, { workspace, title: task.brief.title }, signal);
  if (taken.kind === "failed") return { ...common, ...taken };
  const left = await unresolved(stage, taken.commit, workspace, signal);
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
  { conflicted }: Workspace & { readonly conflicted: readonly string[] },
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
