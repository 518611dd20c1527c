import type { ProjectName } from "../../core/ids.ts";
import { wrongAddress } from "../../core/model-address.ts";
import type { Portfolio } from "../../core/portfolio.ts";
import type { Patrolled } from "../../engine/patrol.ts";
import type { Backstage, Finding } from "../backstage.ts";
import { type Desk, readPortfolio } from "../desk.ts";
import { Complaint, exitCodes } from "../exit-codes.ts";
import { byPriority, pickProject } from "../pick.ts";
import { counted } from "../render/format.ts";
import { type Paint, paintFor } from "../render/paint.ts";
import { clean, line } from "../sanitize.ts";

export interface DoctorOptions {
  readonly project?: string | undefined;
  readonly fix?: true | undefined;
}

interface Examined {
  /** Null for the machine. */
  readonly project: ProjectName | null;
  readonly findings: readonly Finding[];
}

/** `orch doctor`: looks at the machine and the projects; fails where something would go wrong. */
export async function doctor(desk: Desk, options: DoctorOptions): Promise<number> {
  const examined: Examined[] = [];
  const { portfolio, complaint } = await portfolioOr(desk);
  if (complaint !== null) examined.push({ project: null, findings: [findingOf(complaint)] });
  const backstage = await desk.backstage();
  const chosen =
    portfolio === null
      ? []
      : options.project === undefined
        ? byPriority(portfolio.projects)
        : [pickProject(portfolio, options.project)];
  if (options.fix === true && portfolio !== null)
    examined.push(...(await mended(backstage, portfolio, options.project ?? null)));
  const address = wrongAddress(desk.io.env);
  const machine = await backstage.inspectMachine(portfolio);
  const wrong: readonly Finding[] = address === null ? [] : [{ level: "problem", ...address }];
  examined.push({ project: null, findings: [...wrong, ...machine] });
  for (const project of chosen) {
    if (portfolio === null) break;
    const findings = await backstage.inspectProject(portfolio, project);
    examined.push({ project: project.name, findings });
  }
  const problems = examined.flatMap(({ findings }) => findings).filter(isProblem).length;
  desk.answer(
    {
      healthy: problems === 0,
      findings: examined.flatMap(({ project, findings }) =>
        findings.map((each) => ({ project, ...each })),
      ),
    },
    () => render(examined, problems, paintFor(desk.colour.out)),
  );
  if (complaint !== null || address !== null) return exitCodes.usage;
  return problems === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Mends what can safely be mended, and tells what only a person can mend. */
async function mended(
  backstage: Backstage,
  portfolio: Portfolio,
  project: string | null,
): Promise<readonly Examined[]> {
  const only = project === null ? null : [pickProject(portfolio, project).name];
  const lock = await backstage.lock(portfolio, "run");
  if (lock.kind === "busy") {
    const what = "nothing was mended: somebody works with the data folder";
    const hint = "`orch start` mends this itself every ten minutes; else end it first";
    return [{ project: null, findings: [{ level: "warning", what, hint }] }];
  }
  try {
    const round = { only, mends: true, alone: true, thorough: true };
    const patrolled = await backstage.patrol(portfolio, round);
    const projects = [...new Set(patrolled.map(({ finding }) => finding.project))];
    return projects.map((of) => ({
      project: of,
      findings: patrolled.filter(({ finding }) => finding.project === of).map(findingAfter),
    }));
  } finally {
    await lock.release();
  }
}

function findingAfter({ finding, outcome, why }: Patrolled): Finding {
  const { what, action } = finding;
  if (outcome === "failed")
    return { level: "problem", what: `${what}: ${why}`, hint: "mend it yourself, then look again" };
  if (action === null) return { level: "warning", what, hint: "only you can do this" };
  return { level: "ok", what: `mended: ${what}: ${action}`, hint: null };
}

const isProblem = ({ level }: Finding): boolean => level === "problem";

/** A portfolio with mistakes is a finding like others: the machine is looked at all the same. */
export async function portfolioOr(desk: Desk): Promise<{
  readonly portfolio: Portfolio | null;
  readonly complaint: Complaint | null;
}> {
  try {
    return { portfolio: (await readPortfolio(desk.io, desk.flags)).portfolio, complaint: null };
  } catch (fault) {
    if (fault instanceof Complaint) return { portfolio: null, complaint: fault };
    throw fault;
  }
}

const findingOf = ({ message, hint }: Complaint): Finding => ({
  level: "problem",
  what: message,
  hint: hint === "" ? null : hint,
});

const marks: Readonly<Record<Finding["level"], (paint: Paint) => string>> = {
  ok: (paint) => paint.green("ok      "),
  warning: (paint) => paint.yellow("warning "),
  problem: (paint) => paint.red("problem "),
};

function render(examined: readonly Examined[], problems: number, paint: Paint): string {
  const parts = examined.map(({ project, findings }) => {
    const lines = findings.flatMap(({ level, what, hint }) => [
      `  ${marks[level](paint)} ${clean(what).trim().replaceAll("\n", "\n           ")}`,
      ...(hint === null ? [] : [`           ${paint.dim(line(hint))}`]),
    ]);
    return [paint.bold(project ?? "this machine"), ...lines].join("\n");
  });
  parts.push(problems === 0 ? "nothing stands in the way" : counted(problems, "problem"));
  return parts.join("\n\n");
}
