import type { CycleReport } from "../report.ts";
import { clean, line } from "../sanitize.ts";
import type { Paint } from "./paint.ts";
import { renderReport } from "./summary.ts";

/** Everything about one cycle, for people: its report, and what the planner said. */
export function renderCycle(report: CycleReport, paint: Paint): string {
  const { plan } = report.cycle;
  const parts = [renderReport(report, paint)];
  if (plan !== null) {
    parts.push(`${paint.bold("Found")}\n${clean(plan.assessment).trim()}`);
    if (plan.deferred.length > 0) {
      const items = plan.deferred.map(({ item, why }) => `- ${line(item)}: ${line(why)}`);
      parts.push([paint.bold("Deferred"), ...items].join("\n"));
    }
    if (plan.risks.length > 0)
      parts.push([paint.bold("Risks"), ...plan.risks.map((risk) => `- ${line(risk)}`)].join("\n"));
  }
  return parts.join("\n\n");
}
