import type { Audit } from "../backstage.ts";
import type { Desk } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { byPriority, pickProject } from "../pick.ts";
import { counted } from "../render/format.ts";
import { paintFor } from "../render/paint.ts";
import { clean } from "../sanitize.ts";

export interface AuditOptions {
  readonly project?: string | undefined;
}

/** `orch audit verify`: rebuilds each ledger's state from its log; fails where they differ. */
export async function verify(desk: Desk, options: AuditOptions): Promise<number> {
  const portfolio = await desk.portfolio();
  const backstage = await desk.backstage();
  const chosen =
    options.project === undefined
      ? byPriority(portfolio.projects)
      : [pickProject(portfolio, options.project)];
  const audits: (Audit & { readonly project: string })[] = [];
  for (const project of chosen)
    audits.push({ project: project.name, ...(await backstage.audit(portfolio, project)) });
  const whole = audits.every(({ flaws }) => flaws.length === 0);
  const paint = paintFor(desk.colour.out);
  desk.answer({ whole, projects: audits }, () =>
    audits
      .flatMap((each) => [
        `${each.flaws.length === 0 ? paint.green("whole  ") : paint.red("differs")}  ${told(each)}`,
        ...each.flaws.map((flaw) => `         ${clean(flaw)}`),
      ])
      .join("\n"),
  );
  return whole ? exitCodes.ok : exitCodes.failed;
}

function told({ project, events, tasks, landings, flaws }: Audit & { readonly project: string }) {
  if (flaws.length > 0) return `${project}: ${counted(flaws.length, "flaw")}`;
  if (events === 0) return `${project}: nothing is recorded yet`;
  const seen = [
    counted(events, "event"),
    counted(tasks, "task"),
    counted(landings, "landing"),
  ].join(", ");
  return `${project}: the log gives the state again (${seen})`;
}
