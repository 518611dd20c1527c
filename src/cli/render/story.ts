/** What became of some projects over several cycles, told as a story. */
import { failureSentence } from "../../core/failure.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Attempt, Verdict } from "../../core/records.ts";
import type { TaskRecord } from "../../ports/engine.ts";
import type { CycleReport } from "../report.ts";
import { line } from "../sanitize.ts";
import { counted, money, wrap } from "./format.ts";
import type { Paint } from "./paint.ts";
import { renderReport, taskLines } from "./summary.ts";

/** Where the lines below a task's title begin. */
const indent = " ".repeat(13);
const reasonMax = 180;
/** Lines longer than this are hard to read, however wide the terminal is. */
const columnsMax = 100;

/**
 * Renders what came of several cycles, project by project; cycles that did not end stay reports.
 */
export function renderStory(
  reports: readonly CycleReport[],
  look: { readonly paint: Paint; readonly columns: number },
): string {
  const names = [...new Set(reports.map(({ project }) => project.name))];
  const ended = reports.filter(({ cycle }) => cycle.state.at === "completed");
  const rest = reports.filter(({ cycle }) => cycle.state.at !== "completed");
  return [
    ...names.map((name) => ended.filter(({ project }) => project.name === name)),
    ...rest.map((each) => renderReport(each, look.paint)),
  ]
    .map((each) => (typeof each === "string" ? each : chapter(each, look)))
    .filter((each) => each !== "")
    .join("\n\n");
}

function chapter(
  reports: readonly CycleReport[],
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): string {
  const [first] = reports;
  if (first === undefined) return "";
  const tasks = [...newest(reports).values()].sort((a, b) => endOf(a) - endOf(b));
  if (tasks.length === 0) return reports.map((each) => renderReport(each, paint)).join("\n\n");
  const landed = tasks.filter(({ task }) => task.state.at === "done").length;
  const cost = reports.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const room = Math.min(columns, columnsMax) - indent.length;
  return [
    `${paint.bold(first.project.name)}  ${paint.green(`${landed} landed`)} in ` +
      `${counted(reports.length, "cycle")}, ${money(cost)}`,
    ...tasks.flatMap((record) => [
      ...taskLines(record, paint, "over"),
      ...detours(record).flatMap((each) => wrap(each, room).map((part) => indent + part)),
    ]),
  ].join("\n");
}

/** A task that two cycles had to do with is told once, as it is now. */
const newest = (reports: readonly CycleReport[]): ReadonlyMap<TaskId, TaskRecord> =>
  new Map(
    reports.flatMap(({ tasks, alsoLanded }) =>
      [...tasks, ...alsoLanded].map((each) => [each.task.id, each]),
    ),
  );

const endOf = ({ landings, attempts }: TaskRecord): number =>
  landings.at(-1)?.at ?? attempts.at(-1)?.startedAt ?? 0;

/** Each way on which a task did not go straight to the branch, in sentences. */
function detours({ task, attempts, verdicts }: TaskRecord): readonly string[] {
  const lost = attempts.filter(({ outcome }) => outcome.kind === "failed");
  const refused = verdicts.filter(({ decision }) => decision === "fail");
  const told = [...lost.map(failed), ...refused.map(rejected)];
  const last = Math.max(0, ...attempts.map(({ attempt }) => attempt));
  if (told.length > 0 && task.state.at === "done")
    told.push(`Attempt ${last} was told why, passed, and landed.`);
  const resolved = attempts.filter(
    ({ kind, outcome }) => kind === "resolve" && outcome.kind === "submitted",
  );
  if (resolved.length > 0)
    told.push(
      "It conflicted with what had landed meanwhile: an agent put the two together, and " +
        "the result was checked and judged like any other.",
    );
  return told;
}

const failed = ({ attempt, outcome }: Attempt): string =>
  `Attempt ${attempt} ` +
  `failed${outcome.kind === "failed" ? `: ${failureSentence(outcome.failure.kind)}` : ""}.`;

const byReading = (checks: Verdict["checks"]): string =>
  checks.length > 0
    ? "had green checks, and the judge rejected it"
    : "was rejected by the judge's reading";

function rejected({ attempt, checks, reasons, reading }: Verdict): string {
  const why = line(reasons[0] ?? "", reasonMax);
  const what = reading !== null ? byReading(checks) : "was not passed";
  return `Attempt ${attempt} ${what}${why === "" ? "." : `: “${why}”`}`;
}
