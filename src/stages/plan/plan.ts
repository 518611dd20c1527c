/** Plans a cycle: explores a snapshot of the branch's head, never the person's own tree. */
import type { CycleId } from "../../core/ids.ts";
import type { Plan } from "../../core/plan.ts";
import type { Spending } from "../../core/records.ts";
import { fill } from "../../core/template.ts";
import type { Stage } from "../context.ts";
import { converse, type Release } from "../converse.ts";
import { roomOf } from "../provide.ts";
import { parsePlan, planSchema } from "./parse-plan.ts";

export interface PlanRequest {
  readonly cycle: CycleId;
  readonly budgetUsd: number;
  /** Most tasks that the plan may emit. */
  readonly draftsMax: number;
  /** Titles of tasks that are open, so that they are not planned twice. */
  readonly open: readonly string[];
  /** Tasks that failed lately, with the reason. */
  readonly failed: readonly { readonly title: string; readonly why: string }[];
}

export type PlanOutcome = { readonly spending: Spending } & (
  | { readonly kind: "planned"; readonly plan: Plan }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "released"; readonly release: Release }
);

/** Runs the planner's session and reads its answer. */
export async function plan(
  stage: Stage,
  request: PlanRequest,
  signal: AbortSignal,
): Promise<PlanOutcome> {
  const { world, settings } = stage;
  const tip = await world.repo.sync(signal);
  const documents = await world.backlog.read(tip.commit, signal);
  const name = `plan-${request.cycle}`;
  await using workspace = await world.repo.open({ at: tip.commit, name }, signal);
  const held = await converse(
    stage,
    {
      role: "planner",
      ...roomOf(workspace),
      system: fill(settings.contracts.planner_system, { project: settings.name }),
      prompt: promptOf(request, documents),
      schema: planSchema,
      budgetUsd: request.budgetUsd,
      env: {},
      session: world.clock.session(name),
      name,
      resume: true,
      edits: false,
    },
    signal,
  );
  const { ended, spending } = held;
  if (ended.kind === "released") return { kind: "released", release: ended.release, spending };
  if (ended.kind === "failed") return { kind: "failed", why: ended.failure.detail, spending };
  const parsed = parsePlan(ended.json);
  if (parsed.kind === "plan") return { kind: "planned", plan: parsed.plan, spending };
  return { kind: "failed", why: `the planner's answer is not a plan: ${parsed.why}`, spending };
}

function promptOf(
  { draftsMax, open, failed }: PlanRequest,
  documents: readonly { readonly source: string; readonly text: string }[],
): string {
  const sections = documents.map(({ source, text }) => `## From ${source}\n\n${text.trim()}`);
  if (documents.length === 0)
    sections.push("## Backlog\n\nNone was found; look for what is needed.");
  if (open.length > 0) sections.push(`## Open already\n\n${bullets(open)}`);
  if (failed.length > 0) {
    const lines = failed.map(({ title, why }) => `${title} (${why})`);
    const advice = "Not to be emitted again as they were: decompose, or mend what they need first.";
    sections.push(`## Failed lately\n\n${advice}\n\n${bullets(lines)}`);
  }
  const most = draftsMax === 1 ? "one task" : `${draftsMax} tasks`;
  return [`Plan the next cycle. Emit at most ${most}.`, ...sections].join("\n\n");
}

const bullets = (lines: readonly string[]): string => lines.map((each) => `- ${each}`).join("\n");
