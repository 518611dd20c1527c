/**
 * The AI's reading of a change: blind to the worker's own account, in a workspace to throw away.
 */
import type { CheckOutcome, Reading, Spending } from "../../core/records.ts";
import { fill } from "../../core/template.ts";
import type { Diff } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { converse, type Release } from "../converse.ts";
import { fence } from "../fence.ts";
import { envOf, provide, roomOf } from "../provide.ts";
import { taskText } from "../task-text.ts";
import { parseReading, readingSchema } from "./parse-reading.ts";
import type { JudgeRequest } from "./request.ts";

export type ReadOutcome = { readonly spending: Spending } & (
  | { readonly kind: "read"; readonly reading: Reading }
  | { readonly kind: "none"; readonly why: string }
  | { readonly kind: "released"; readonly release: Release }
);

/** Has a change read by an agent that sees the task, the diff and the checks, nothing else. */
export async function read(
  stage: Stage,
  request: JudgeRequest & { readonly diff: Diff; readonly checks: readonly CheckOutcome[] },
  signal: AbortSignal,
): Promise<ReadOutcome> {
  const { world, settings } = stage;
  const name = `judge-${request.task.id}-${request.number}`;
  const at = request.candidate.commit;
  await using workspace = await world.repo.open({ at, name }, signal);
  const installed = await provide(world, workspace, signal);
  const { ended, spending } = await converse(
    stage,
    {
      role: "judge",
      ...roomOf(workspace),
      system: fill(settings.contracts.judge_system, { project: settings.name }),
      prompt: promptOf(request),
      schema: readingSchema,
      budgetUsd: request.budgetUsd,
      env: envOf(installed),
      session: world.clock.session(`${name}-${at}`), // a number may come to another commit
      name,
      resume: true,
      edits: false,
    },
    signal,
  );
  if (ended.kind === "released") return { kind: "released", release: ended.release, spending };
  if (ended.kind === "failed") {
    const why = `the reading ended without an answer: ${ended.failure.detail}`;
    return { kind: "none", why, spending };
  }
  const reading = parseReading(ended.json);
  if (reading === null) return { kind: "none", why: "the reading cannot be read", spending };
  return { kind: "read", reading, spending };
}

function promptOf(given: {
  readonly task: JudgeRequest["task"];
  readonly diff: Diff;
  readonly checks: readonly CheckOutcome[];
}): string {
  const checks = given.checks.map(
    ({ name, command, sentence }) => `- ${name}, \`${command}\`, ${sentence}`,
  );
  return [
    "## The task",
    taskText(given.task.brief),
    "## The checks",
    checks.length === 0 ? "None are configured: yours is the only look at it." : checks.join("\n"),
    "## The change",
    fence(given.diff.text),
  ].join("\n\n");
}
