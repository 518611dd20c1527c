import { sizeOf } from "../../core/change.ts";
import { type TaskId, taskId } from "../../core/ids.ts";
import type { Portfolio, ProjectConfig } from "../../core/portfolio.ts";
import type { Task } from "../../core/task.ts";
import type { Ledger } from "../../ports/engine.ts";
import type { KeptWork } from "../../ports/repo.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes, failure, misuse } from "../exit-codes.ts";
import { pickProjects } from "../pick.ts";
import { counted, iso, relative, shortSha } from "../render/format.ts";
import { renderTable } from "../render/table.ts";
import { line } from "../sanitize.ts";

interface Row {
  readonly project: ProjectConfig;
  readonly kept: KeptWork;
  /** Null where the ledger does not know the task any more. */
  readonly title: string | null;
  /** Whether its task landed, by another attempt. */
  readonly landed: boolean;
}

const root = "refs/orch/rescue/";
const short = ({ ref }: KeptWork): string => ref.slice(root.length);

/** `orch rescue list`. */
export async function rescueList(
  desk: Desk,
  options: { readonly project?: string[] | undefined },
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const rows = await rowsOf(desk, ledger, { portfolio, names: options.project });
    const { clock } = await desk.backstage();
    const newest = [...rows].sort(newestFirst);
    if (newest.length === 0 && !desk.flags.json)
      desk.say("nothing is kept: all that was done has landed, or waits as a task's branch");
    else desk.answer(newest.map(rowJson), () => renderRows(newest, clock.now(), desk.columns));
    return exitCodes.ok;
  });
}

/** `orch rescue restore`: a branch, and nothing else, in the person's repository. */
export async function rescueRestore(
  desk: Desk,
  id: string,
  options: { readonly project?: string | undefined; readonly branch?: string | undefined },
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const { project, kept } = await pickRow(desk, ledger, { portfolio, id, ...options });
    const branch = options.branch ?? `rescued/${short(kept).replace("/", "-")}`;
    await (await (await desk.backstage()).rescues()).restore(project, kept, branch);
    const look = `git -C ${quoted(project.path)} show ${quoted(branch)}`;
    desk.answer({ ref: kept.ref, project: project.name, branch, look }, () =>
      [`${short(kept)} is the branch ${line(branch)} now; look at it with`, `  ${line(look)}`].join(
        "\n",
      ),
    );
    return exitCodes.ok;
  });
}

/** `orch rescue drop`. */
export async function rescueDrop(
  desk: Desk,
  id: string,
  options: { readonly project?: string | undefined; readonly yes?: true | undefined },
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const row = await pickRow(desk, ledger, { portfolio, id, ...options });
    const { project, kept } = row;
    if (options.yes !== true && !(await agreed(desk, row))) throw failure("nothing was removed");
    await (await (await desk.backstage()).rescues()).drop(project, kept);
    desk.answer(
      { ref: kept.ref, project: project.name, dropped: true },
      () => `${short(kept)} is gone; until git collects it, it is ${shortSha(kept.commit)}`,
    );
    return exitCodes.ok;
  });
}

async function agreed(desk: Desk, row: Row): Promise<boolean> {
  const what = `${short(row.kept)} of ${row.project.name}, ${sizeWords(row.kept)}`;
  if (!desk.io.stdinIsTTY) throw misuse(`this removes ${what} for good`, "say --yes to agree");
  return (await import("../ask.ts")).askYes(`Remove ${what} for good?`);
}

interface Question {
  readonly portfolio: Portfolio;
  readonly names: readonly string[] | undefined;
}

/** What is kept of each project; projects in one repository each have their own. */
async function rowsOf(
  desk: Desk,
  ledger: Ledger,
  { portfolio, names }: Question,
): Promise<readonly Row[]> {
  const rescues = await (await desk.backstage()).rescues();
  const rows: Row[] = [];
  const taken = new Set<string>();
  for (const project of pickProjects(portfolio, names)) {
    for (const kept of await rescues.list(project)) {
      const task = /^[a-z0-9]{12}$/.test(kept.task) ? taskId(kept.task) : null;
      const found = task === null ? null : await taskOf(ledger, project, task);
      const title = found?.brief.title ?? null;
      const landed = found?.state.at === "done" && found.state.landed !== null;
      const key = `${kept.ref} ${kept.commit}`;
      const others = kept.project !== "" && kept.project !== project.name;
      if ((others && title === null) || taken.has(key)) continue;
      taken.add(key);
      rows.push({ project, kept, title, landed });
    }
  }
  return rows;
}

async function taskOf(ledger: Ledger, { name }: ProjectConfig, task: TaskId): Promise<Task | null> {
  return (await ledger.task(name, task))?.task ?? null;
}

async function pickRow(
  desk: Desk,
  ledger: Ledger,
  given: {
    readonly portfolio: Portfolio;
    readonly id: string;
    readonly project?: string | undefined;
  },
): Promise<Row> {
  const { portfolio, project } = given;
  const id = given.id.startsWith(root) ? given.id.slice(root.length) : given.id;
  const names = project === undefined ? undefined : [project];
  const rows = await rowsOf(desk, ledger, { portfolio, names });
  const exact = rows.filter(({ kept }) => short(kept) === id);
  const found = exact.length > 0 ? exact : rows.filter(({ kept }) => kept.task.startsWith(id));
  const places = new Set(found.map((row) => `${row.project.name} ${row.kept.task}`));
  const newest = [...found].sort(newestFirst)[0] ?? null;
  if (newest === null || id === "")
    throw misuse(
      `nothing is kept as ${JSON.stringify(line(given.id, 100))}`,
      "`orch rescue list` shows what is",
    );
  if (places.size === 1) return newest;
  const shown = found
    .slice(0, 10)
    .map(({ kept, ...row }) => `  ${short(kept)}  ${row.project.name}`);
  throw misuse(`${id} is not clear:\n${shown.join("\n")}`, "give more of it, or --project");
}

/** When the work was done decides: what is kept last may be older. */
const newestFirst = (a: Row, b: Row): number => b.kept.at - a.kept.at || numberOf(b) - numberOf(a);
const numberOf = ({ kept }: Row): number => Number(kept.ref.split("/").at(-1));

const rowJson = ({ project, kept, title, landed }: Row) => ({
  ref: kept.ref,
  project: project.name,
  task: kept.task,
  title,
  at: iso(kept.at),
  why: kept.why,
  task_landed: landed,
  commit: kept.commit,
  ...sizeOf(kept.changes),
});

function renderRows(rows: readonly Row[], now: KeptWork["at"], columns: number): string {
  const several = new Set(rows.map(({ project }) => project.name)).size > 1;
  const head = ["RESCUE", ...(several ? ["PROJECT"] : []), "KEPT", "SIZE", "WHY", "TITLE"];
  const cells = rows.map(({ project, kept, title, landed }) => [
    short(kept),
    ...(several ? [project.name] : []),
    relative(kept.at, now),
    sizeWords(kept),
    whyWords(kept, landed),
    line(title ?? kept.subject, 60),
  ]);
  return renderTable(head, cells, { columns, spare: ["SIZE", "WHY"] });
}

function whyWords({ why }: KeptWork, landed: boolean): string {
  if (landed) return "an earlier attempt; the task landed";
  return why === "" ? "did not land" : line(why, 50);
}

function sizeWords({ changes }: KeptWork): string {
  const { files, added, deleted } = sizeOf(changes);
  return `${counted(files, "file")} +${added} -${deleted}`;
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
