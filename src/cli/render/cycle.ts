import type { Instant } from "../../core/ids.ts";
import type { CycleReport } from "../report.ts";
import { clean, line } from "../sanitize.ts";
import { entry, relative } from "./format.ts";
import type { ServedBy } from "./outlook.ts";
import type { Paint } from "./paint.ts";
import { headline, remarks, taskLines } from "./summary.ts";

interface Look {
  readonly paint: Paint;
  readonly now: Instant;
  readonly servedBy: ServedBy;
}

/** Everything about one cycle, for people: how it ended, its tasks now, what the planner said. */
export function renderCycle(report: CycleReport, { paint, now, servedBy }: Look): string {
  const { tasks, cycle } = report;
  const { plan, endedAt } = cycle;
  const isOver = endedAt !== null;
  const course = isOver || servedBy !== null ? "underWay" : "interrupted";
  const head = headline(report, paint, servedBy);
  const when = !isOver ? "" : `, as it ended ${relative(endedAt, now)}`;
  const lines = [`${head}${when}`, ...remarks(report, paint)];
  if (cycle.held !== undefined) lines.push(`  ${paint.dim("ran")}        ${line(cycle.held)}`);
  if (tasks.length > 0) lines.push("", paint.bold(isOver ? "Tasks, as they are now" : "Tasks"));
  lines.push(...tasks.flatMap((each) => taskLines(each, paint, course)));
  const parts = [lines.join("\n")];
  if (plan !== null) {
    parts.push(`${paint.bold("Found")}\n${clean(plan.assessment).trim()}`);
    if (plan.deferred.length > 0) {
      const items = plan.deferred.map(({ item, why }) => `- ${entry(line(item), line(why))}`);
      parts.push([paint.bold("Deferred"), ...items].join("\n"));
    }
    if (plan.risks.length > 0)
      parts.push([paint.bold("Risks"), ...plan.risks.map((risk) => `- ${line(risk)}`)].join("\n"));
  }
  return parts.join("\n\n");
}
