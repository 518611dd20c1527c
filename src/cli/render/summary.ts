/** The end of a run, for people: what landed, what did not, what it cost, where the trail is. */
import { isOpen } from "../../core/cycle.ts";
import { failureSentence } from "../../core/failure.ts";
import type { TaskState } from "../../core/task.ts";
import type { TaskRecord } from "../../ports/engine.ts";
import { type CycleReport, isUnchecked } from "../report.ts";
import { line } from "../sanitize.ts";
import { counted, duration, entry, money, shortSha } from "./format.ts";
import { obstacles, openWords, type ServedBy } from "./outlook.ts";
import type { Paint } from "./paint.ts";

const whyMax = 200;
const titleMax = 80;

/** How far a cycle is: what is open in it goes on in the next, once it is begun again, or now. */
export type Course = "over" | "interrupted" | "underWay";

/** Renders one cycle's report; one that is not over is under way where somebody serves it. */
export function renderReport(report: CycleReport, paint: Paint, servedBy: ServedBy = null): string {
  const going = servedBy === null ? "interrupted" : "underWay";
  const course = isOpen(report.cycle) ? going : "over";
  return [
    headline(report, paint, servedBy),
    ...[...report.tasks, ...report.alsoLanded].flatMap((each) => taskLines(each, paint, course)),
    ...remarks(report, paint),
  ].join("\n");
}

/** What is to be said of a cycle beside its tasks. */
export function remarks(report: CycleReport, paint: Paint): readonly string[] {
  const { cycle, tasks, trail } = report;
  const lines: string[] = [];
  if (cycle.state.at === "completed" && tasks.length === 0) lines.push(`  ${emptiness(report)}`);
  for (const { title, why } of cycle.refused)
    lines.push(`  ${paint.dim("refused")}    ${entry(line(title, titleMax), line(why, whyMax))}`);
  if (cycle.state.at === "completed" && cycle.state.outcome.cutShort !== null)
    lines.push(`  ${paint.yellow("cut short")}  ${line(cycle.state.outcome.cutShort, whyMax)}`);
  lines.push(...obstacles(report, paint));
  if (trail !== null) lines.push(`  ${paint.dim("trail")}      ${line(trail)}`);
  return lines;
}

/** Which cycle it is, and what came of it. */
export function headline(report: CycleReport, paint: Paint, servedBy: ServedBy): string {
  const { project, cycle, costUsd, alsoLanded } = report;
  const { state } = cycle;
  const head = `${paint.bold(project.name)}  cycle ${cycle.id}`;
  const took =
    cycle.startedAt === null || cycle.endedAt === null
      ? ""
      : ` in ${duration(cycle.endedAt - cycle.startedAt)}`;
  if (state.at === "failed") return `${head} ${paint.red("failed")}: ${line(state.why, whyMax)}`;
  if (state.at !== "completed") return `${head} ${openWords(report, servedBy, paint)}`;
  const { landed, reported, failed, skipped, waiting, leftOver } = state.outcome;
  const counts = [
    landed > 0 ? paint.green(`${landed} landed`) : "0 landed",
    alsoLanded.length > 0 ? paint.green(`${alsoLanded.length} of earlier work`) : "",
    reported > 0 ? paint.green(`${reported} reported`) : "",
    failed > 0 ? paint.red(`${failed} failed`) : "",
    waiting > 0 ? paint.yellow(`${waiting} waiting for you`) : "",
    leftOver > 0 ? `${leftOver} left over` : "",
    skipped > 0 ? `${skipped} skipped` : "",
  ].filter((each) => each !== "");
  return `${head}: ${counts.join(", ")}${took}, ${money(costUsd)}`;
}

function emptiness({ cycle, project }: CycleReport): string {
  if (cycle.plan === null)
    return `nothing to do: add a task with \`orch add-task --project ${project.name}\``;
  if (cycle.refused.length > 0)
    return `the plan is empty: all ${counted(cycle.refused.length, "draft")} were refused`;
  return "the plan is empty: the planner found nothing to do";
}

/** Renders what came of a task: its title, and below it why, with the tests that fail anew. */
export function taskLines(record: TaskRecord, paint: Paint, course: Course): readonly string[] {
  const { task } = record;
  const { label, why } = outcomeOf(record, paint, course);
  const head = `  ${label}  ${task.id}  ${line(task.brief.title, titleMax)}`;
  return [head, line(why, whyMax), newFailures(record)]
    .filter((each) => each !== "")
    .map((each, at) => (at === 0 ? each : `             ${each}`));
}

const namesMax = 3;
const nameMax = 80;

/** The tests that a failed task's last verdict found to fail because of it, the first by name. */
function newFailures({ task, verdicts }: TaskRecord): string {
  if (task.state.at !== "failed" || task.state.failure.kind !== "checksRed") return "";
  const names = verdicts.at(-1)?.checks.flatMap(({ introduced }) => introduced) ?? [];
  if (names.length === 0) return "";
  const shown = names.slice(0, namesMax).map(({ name }) => line(name, nameMax));
  const more = names.length - shown.length;
  return `new failures: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

interface Outcome {
  /** Nine columns wide. */
  readonly label: string;
  readonly why: string;
}

function outcomeOf(record: TaskRecord, paint: Paint, course: Course): Outcome {
  const { state } = record.task;
  switch (state.at) {
    case "done":
      return {
        label: paint.green(state.landed === null ? "reported " : "landed   "),
        why: landedWhy(state, record),
      };
    case "failed":
      return {
        label: paint.red("failed   "),
        why: entry(failureSentence(state.failure.kind), state.failure.detail),
      };
    case "skipped":
      return { label: paint.dim("skipped  "), why: state.reason };
    case "blocked":
      return {
        label: paint.yellow("waiting  "),
        why: `${state.question} (orch answer ${record.task.id} "…")`,
      };
    case "held":
      return {
        label: paint.yellow("waiting  "),
        why: `${state.why} (orch approve ${record.task.id}, or orch reject)`,
      };
    default:
      return parkedOrLeft(state, paint, course);
  }
}

function parkedOrLeft(state: TaskState, paint: Paint, course: Course): Outcome {
  if (state.at === "approved" && state.parked !== null)
    return { label: paint.yellow("parked   "), why: `cannot land yet: ${state.parked}` };
  switch (course) {
    case "over":
      return { label: "left over", why: `is ${state.at}; goes on in the next cycle` };
    case "interrupted":
      return { label: "stopped  ", why: `is ${state.at}; goes on when its cycle does` };
    case "underWay":
      return { label: "open     ", why: `is ${state.at}` };
    default:
      return course satisfies never;
  }
}

function landedWhy(
  { landed }: Extract<TaskState, { readonly at: "done" }>,
  record: TaskRecord,
): string {
  if (landed === null) return "a review: its report is in the trail";
  const branch = record.landings.find(({ commit }) => commit === landed)?.branch;
  const where = `${shortSha(landed)}${branch === undefined ? "" : ` on ${branch}`}`;
  return isUnchecked(record) ? `${where}, landed unchecked: the project has no checks` : where;
}
