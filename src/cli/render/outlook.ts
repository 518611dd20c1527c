/** When a cycle that is not over goes on, and what keeps it until then. */
import type { Cycle } from "../../core/cycle.ts";
import { isShutFor } from "../../core/limit.ts";
import { pauseAt } from "../../core/project.ts";
import type { Holder } from "../backstage.ts";
import type { CycleReport, Outlook } from "../report.ts";
import { relative } from "./format.ts";
import { renderLimit } from "./limit.ts";
import type { Paint } from "./paint.ts";
import { budgetSentence, pauseSentence } from "./why.ts";

/** Who works with the data folder; null where nobody does. */
export type ServedBy = Holder["kind"] | null;

const goesOn = "the next `orch run` or `orch start` goes on";

/** Whether a cycle waits for its beginning: nothing of it was ever done. */
export const isAwaited = ({ state, startedAt }: Cycle): boolean =>
  state.at === "queued" && startedAt === null;

/** Says how far an open cycle is. */
export function openWords(
  { cycle, outlook }: Pick<CycleReport, "cycle" | "outlook">,
  servedBy: ServedBy,
  paint: Paint,
): string {
  if (isAwaited(cycle))
    return [
      `${paint.yellow("is asked for")} ${requester(cycle)}:`,
      beginning(cycle, outlook, servedBy),
    ].join(" ");
  if (servedBy !== null) return paint.cyan("is under way");
  return `${paint.yellow("is not over")}: ${afterWhat(outlook)}${goesOn}`;
}

/** Who asked for a cycle. */
export const requester = ({ requestedBy }: Pick<Cycle, "requestedBy">): string =>
  requestedBy === "schedule" ? "by the schedule" : "by a person";

function beginning(cycle: Cycle, outlook: Outlook | null, servedBy: ServedBy): string {
  if (cycle.requestedBy === "person")
    return servedBy === null
      ? `${afterWhat(outlook)}it begins with the next \`orch run\` or \`orch start\``
      : "it begins as soon as it can";
  if (servedBy !== "daemon") return "it begins when `orch start` is running";
  if (outlook === null || outlook.beginsAt === null || outlook.beginsAt <= outlook.now)
    return "it begins as soon as it can";
  return `it begins ${relative(outlook.beginsAt, outlook.now)}`;
}

/** What must be over before anything can begin. */
function afterWhat(outlook: Outlook | null): string {
  if (outlook === null) return "";
  const { project, limit, now } = outlook;
  if (pauseAt(project, now) !== null) return "once the project is resumed, ";
  if (outlook.waitsFor?.startsWith("budget:") === true) return "once there is money for it, ";
  return isShutFor(limit, now, 0) ? "once the wait is over, " : "";
}

/** What keeps an open cycle, with how to end that, in a line each. */
export function obstacles(
  { outlook, project: config }: Pick<CycleReport, "project" | "outlook">,
  paint: Paint,
): readonly string[] {
  if (outlook === null) return [];
  const { limit, now, project } = outlook;
  const pause = pauseSentence(config, project, now);
  const money = budgetSentence(config, outlook.waitsFor);
  const wait = isShutFor(limit, now, 0) ? renderLimit(limit, now) : null;
  return [
    ...(pause === null ? [] : [`  ${paint.yellow("paused")}     ${pause}`]),
    ...(money === null ? [] : [`  ${paint.yellow("budget")}     ${money}`]),
    ...(wait === null ? [] : [`  ${paint.yellow("waits")}      ${wait}`]),
  ];
}
