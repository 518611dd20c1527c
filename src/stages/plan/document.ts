/** The plan of a cycle, written down for the person. */
import type { Cycle, CycleOutcome } from "../../core/cycle.ts";
import type { ProjectName, TaskId } from "../../core/ids.ts";
import type { Plan, Refusal } from "../../core/plan.ts";
import type { TaskBrief } from "../../core/task.ts";
import type { JournalEntry } from "../../ports/journal.ts";
import { briefBlocks } from "../brief-document.ts";
import {
  blocks,
  bullets,
  code,
  count,
  duration,
  entry,
  line,
  moment,
  money,
  passage,
} from "../markdown.ts";

/**
 * The document of a cycle's plan; null until there is one, or a reason why there is none. `titles`
 * are those of the cycle's tasks.
 */
export function planDocument(
  project: ProjectName,
  cycle: Cycle,
  titles: ReadonlyMap<TaskId, string>,
): JournalEntry | null {
  const { at } = cycle.state;
  if (at === "queued" || at === "planning") return null;
  const parts = [
    `# Plan of cycle ${cycle.id}`,
    bullets(facts(project, cycle)),
    ...(cycle.plan === null ? [withoutPlan(cycle)] : planBlocks(cycle.plan, cycle.refused)),
    ...taskList(cycle, titles),
    "## Outcome",
    outcomeText(cycle),
  ];
  return { folder: "plans", file: `cycle_${cycle.id}.md`, text: blocks(parts) };
}

function facts(project: ProjectName, cycle: Cycle): readonly string[] {
  const { createdAt, startedAt, endedAt, requestedBy, costUsd } = cycle;
  const by = requestedBy === "schedule" ? "by the schedule" : "by a person";
  const lines = [`Project: ${code(project)}`, `Asked for: ${moment(createdAt)}, ${by}`];
  if (startedAt !== null) lines.push(`Started: ${moment(startedAt)}`);
  if (endedAt !== null) lines.push(`Ended: ${moment(endedAt)}`);
  if (startedAt !== null && endedAt !== null) lines.push(`Took: ${duration(endedAt - startedAt)}`);
  if (cycle.held !== undefined) lines.push(`Sessions and checks: ${line(cycle.held)}`);
  return [...lines, `Cost of the planning: ${money(costUsd)}`];
}

function withoutPlan({ state }: Cycle): string | null {
  if (state.at === "failed") return null; // the outcome says why
  return "No planner was asked: people add this project's tasks, or enough of them were open.";
}

function planBlocks(plan: Plan, refused: readonly Refusal[]): readonly string[] {
  const { assessment, drafts, deferred, risks } = plan;
  const tasks = takenOf(drafts, refused);
  const parts = ["## Assessment", passage(assessment), "## Tasks"];
  if (tasks.length === 0) parts.push("None: there is nothing to do.");
  for (const task of tasks) {
    parts.push(`### ${line(task.title)}`);
    parts.push(bullets([`Kind: ${task.kind}`, `Priority: ${task.priority}`]));
    parts.push(...briefBlocks(task));
  }
  if (refused.length > 0) {
    const lines = refused.map(({ title, why }) => entry(title, why));
    parts.push("## Refused drafts", bullets(lines));
  }
  if (deferred.length > 0) {
    const lines = deferred.map(({ item, why }) => entry(item, why));
    parts.push("## Deferred", bullets(lines));
  }
  if (risks.length > 0) parts.push("## Risks", bullets(risks.map(line)));
  return parts;
}

/** Drafts that became tasks. Of several with one title, the less urgent ones count as refused. */
function takenOf(drafts: readonly TaskBrief[], refused: readonly Refusal[]): readonly TaskBrief[] {
  const left = new Map<string, number>();
  for (const { title } of refused) left.set(title, (left.get(title) ?? 0) + 1);
  const urgentLast = [...drafts].sort((a, b) => b.priority - a.priority).reverse();
  const taken = urgentLast.filter(({ title }) => {
    const n = left.get(title) ?? 0;
    left.set(title, n - 1);
    return n <= 0;
  });
  return taken.reverse();
}

function taskList({ tasks }: Cycle, titles: ReadonlyMap<TaskId, string>): readonly string[] {
  if (tasks.length === 0) return [];
  const where = "Each has a file in `workers/` and in `verdicts/` once there is something to tell.";
  const named = tasks.map((id) => {
    const title = titles.get(id);
    return title === undefined ? code(id) : `${code(id)}: ${line(title)}`;
  });
  return ["## The cycle's tasks", where, bullets(named)];
}

function outcomeText({ state }: Cycle): string {
  switch (state.at) {
    case "queued":
    case "planning":
    case "running":
      return "The cycle is under way.";
    case "failed":
      return `The cycle failed, and no task was begun in it:\n\n${passage(state.why)}`;
    case "completed":
      return completedText(state.outcome);
    default:
      return state satisfies never;
  }
}

function completedText({ cutShort, ...counts }: CycleOutcome): string {
  const { landed, reported, failed, skipped, waiting, leftOver } = counts;
  const lines = [
    `${count(landed, "task")} landed`,
    `${count(reported, "task")} reported`,
    `${count(failed, "task")} failed`,
    `${count(skipped, "task")} skipped`,
    `${count(waiting, "task")} waiting for a person`,
    `${count(leftOver, "task")} left over for the next cycle`,
  ].filter((each) => !each.startsWith("0 "));
  const told = lines.length === 0 ? "There was nothing to do." : bullets(lines);
  return cutShort === null ? told : `${told}\n\nIt ended early: ${line(cutShort)}`;
}
