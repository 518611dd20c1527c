import type { Probed, Probing } from "../backstage.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { byPriority, pickProject, pickTask } from "../pick.ts";
import { type Paint, paintFor } from "../render/paint.ts";
import { renderTable } from "../render/table.ts";
import { line } from "../sanitize.ts";
import { portfolioOr } from "./doctor.ts";

export interface SandboxTestOptions {
  /** Commander's name for `--without-sandbox`: false where it is given. */
  readonly withoutSandbox?: true | undefined;
}

/**
 * `orch sandbox test`: tries to get out of where agents and checks are held; fails where something
 * does. Without the sandbox it shows that the same attempts work, and fails where none does.
 */
export async function sandboxTest(desk: Desk, options: SandboxTestOptions): Promise<number> {
  const backstage = await desk.backstage();
  const held = options.withoutSandbox !== true;
  // by a container where the portfolio says so; there may be none
  const { portfolio } = await portfolioOr(desk);
  const probing = await backstage.probe({ held, portfolio });
  const escaped = probing.rows.filter((row) => row.escaped).length;
  desk.answer(
    { held: probing.held, probes: probing.rows.length, escaped, rows: probing.rows },
    () => render(probing, escaped, paintFor(desk.colour.out)),
  );
  const isGood = held ? escaped === 0 : escaped > 0;
  return isGood ? exitCodes.ok : exitCodes.failed;
}

function render({ held, rows }: Probing, escaped: number, paint: Paint): string {
  const table = renderTable(["PROBE", "RESULT", "WHAT IT TRIED", "WHAT IT GOT"], rows.map(row));
  const by = held === null ? "nothing held them" : `held by ${line(held, 300)}`;
  const count = `${escaped} of ${rows.length} probes got out`;
  return `${table}\n\n${escaped === 0 ? paint.green(count) : paint.red(count)}; ${by}`;
}

const row = ({ name, tries, escaped, said }: Probed): readonly string[] => [
  name,
  escaped ? "ESCAPED" : "held",
  tries,
  line(said, 60),
];

export interface SandboxShellOptions {
  readonly project?: string | undefined;
}

/** `orch sandbox shell TASK`: a shell on a task's workspace, as its worker sees it. */
export async function sandboxShell(
  desk: Desk,
  typed: string,
  options: SandboxShellOptions,
): Promise<number> {
  const portfolio = await desk.portfolio();
  const projects =
    options.project === undefined
      ? byPriority(portfolio.projects)
      : [pickProject(portfolio, options.project)];
  const { project, task } = await withLedger(desk, (ledger) => pickTask(ledger, projects, typed));
  desk.say(`a copy of ${project.name}; what is changed there is gone when the shell ends`);
  return (await desk.backstage()).enter(portfolio, project, task.id);
}
