import type { ProjectName } from "../../core/ids.ts";
import { type Status, statusOf, type Task } from "../../core/task.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { pickProjects } from "../pick.ts";
import { counted, relative } from "../render/format.ts";
import { taskJson } from "../render/json.ts";
import { paintFor, paintStatus } from "../render/paint.ts";
import { renderTable } from "../render/table.ts";
import { line } from "../sanitize.ts";

export interface TasksOptions {
  readonly project?: string[] | undefined;
  readonly status?: Status | undefined;
  readonly limit: number;
}

interface Row {
  readonly project: ProjectName;
  readonly task: Task;
}

/** `orch tasks`: tasks of one, several or all projects, the newest first. */
export async function tasks(desk: Desk, options: TasksOptions): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const { status, limit } = options;
    const projects = pickProjects(portfolio, options.project);
    const rows: Row[] = [];
    let total = 0;
    let all = 0;
    for (const { name } of projects) {
      const filter = status === undefined ? { limit } : { limit, status };
      for (const task of await ledger.tasks(name, filter)) rows.push({ project: name, task });
      const { counts } = await ledger.overview(name);
      total += count(counts, status);
      all += count(counts, undefined);
    }
    const shown = [...rows].sort((a, b) => b.task.createdAt - a.task.createdAt).slice(0, limit);
    const now = (await desk.backstage()).clock.now();
    const several = projects.length > 1;
    if (shown.length === 0 && !desk.flags.json) desk.say(nothing(options, all === 0));
    else
      desk.answer(
        shown.map(({ project, task }) => taskJson(project, task)),
        () => render(shown, { desk, several, now }),
      );
    if (total > shown.length) desk.say(`${shown.length} of ${counted(total, "task")}; see --limit`);
    return exitCodes.ok;
  });
}

const count = (counts: Readonly<Record<Status, number>>, status: Status | undefined): number =>
  status === undefined ? Object.values(counts).reduce((sum, n) => sum + n, 0) : counts[status];

function nothing({ status }: TasksOptions, isEmpty: boolean): string {
  if (!isEmpty) return `no tasks with status ${status}`;
  return "no tasks: `orch run` plans some, `orch add-task` adds one";
}

function render(
  rows: readonly Row[],
  look: { readonly desk: Desk; readonly several: boolean; readonly now: Task["createdAt"] },
): string {
  const paint = paintFor(look.desk.colour.out);
  const head = ["ID", "STATUS", "STATE", "TYPE", "PRIO", "ATTEMPT", "CREATED", "TITLE"];
  const cells = rows.map(({ project, task: { state, brief, ...task } }) => [
    task.id,
    ...(look.several ? [project] : []),
    paintStatus(paint, statusOf(state)),
    state.at,
    brief.kind,
    String(brief.priority),
    String(state.attempt),
    relative(task.createdAt, look.now),
    line(brief.title, 80),
  ]);
  if (look.several) head.splice(1, 0, "PROJECT");
  const spare = ["TYPE", "ATTEMPT", "STATE", "PRIO", "CREATED"];
  return renderTable(head, cells, { columns: look.desk.columns, spare });
}
