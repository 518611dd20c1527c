/** From what a person typed to the project, task or cycle that they meant. */
import type { Cycle } from "../core/cycle.ts";
import { cycleId, taskId } from "../core/ids.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { closest } from "../core/suggest.ts";
import type { Task } from "../core/task.ts";
import type { Ledger } from "../ports/engine.ts";
import { misuse } from "./exit-codes.ts";
import { line } from "./sanitize.ts";

/** Finds a project by its name; an unknown one is a complaint with a suggestion. */
export function pickProject({ projects, file }: Portfolio, name: string): ProjectConfig {
  const found = projects.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = projects.map((each) => each.name);
  const near = closest(name, names);
  const known = names.length === 0 ? `${file} lists none` : `there are ${names.join(", ")}`;
  throw misuse(
    `there is no project ${JSON.stringify(line(name, 100))}`,
    near === null ? known : `did you mean ${near}?`,
  );
}

/** The projects that were named; all of them, in order of priority, where none was. */
export function pickProjects(
  portfolio: Portfolio,
  names: readonly string[] | undefined,
): readonly ProjectConfig[] {
  if (names !== undefined && names.length > 0)
    return [...new Set(names)].map((name) => pickProject(portfolio, name));
  return byPriority(portfolio.projects);
}

/** Higher priority first, else as they are listed. */
export const byPriority = (projects: readonly ProjectConfig[]): readonly ProjectConfig[] =>
  [...projects].sort((a, b) => b.priority - a.priority);

/** The one project that was named, or the only one that there is. */
export function pickOne(portfolio: Portfolio, name: string | undefined): ProjectConfig {
  if (name !== undefined) return pickProject(portfolio, name);
  const [only, ...more] = portfolio.projects;
  if (only !== undefined && more.length === 0) return only;
  const names = portfolio.projects.map((each) => each.name).join(", ");
  if (only === undefined) throw misuse(`${portfolio.file} lists no projects`, "run `orch init`");
  throw misuse("several projects are listed", `name one with --project: ${names}`);
}

export type Picked =
  | { readonly kind: "task"; readonly project: ProjectConfig; readonly task: Task }
  | { readonly kind: "cycle"; readonly project: ProjectConfig; readonly cycle: Cycle };

/** Tasks and cycles of a project among which a prefix is looked for: the newest ones. */
const searchedMax = 20_000;

const isWhole = (text: string): boolean => /^[a-z0-9]{12}$/.test(text);

/** Finds a task or a cycle by its id or a unique prefix of it; complains, with the candidates. */
export async function pickById(
  ledger: Ledger,
  projects: readonly ProjectConfig[],
  typed: string,
): Promise<Picked> {
  const id = typed.toLowerCase().replace(/^cycle_/, "");
  if (!/^[a-z0-9]{1,12}$/.test(id))
    throw misuse(
      `${JSON.stringify(line(typed, 100))} is not an id`,
      "ids are twelve letters and digits, or the first of them: see `orch tasks`",
    );
  const found: Picked[] = [];
  for (const project of projects) found.push(...(await candidates(ledger, project, id)));
  const [first, ...more] = found;
  if (first === undefined)
    throw misuse(`there is no task or cycle ${id}`, "`orch tasks` lists the tasks");
  if (more.length === 0) return first;
  const shown = found.slice(0, 10).map(describe).join("\n");
  throw misuse(`${id} begins ${found.length} ids:\n${shown}`, "give more of its characters");
}

async function candidates(
  ledger: Ledger,
  project: ProjectConfig,
  id: string,
): Promise<readonly Picked[]> {
  if (isWhole(id)) {
    const record = await ledger.task(project.name, taskId(id));
    if (record !== null) return [{ kind: "task", project, task: record.task }];
    const cycle = await ledger.cycle(project.name, cycleId(id));
    return cycle === null ? [] : [{ kind: "cycle", project, cycle }];
  }
  const tasks = await ledger.tasks(project.name, { limit: searchedMax });
  const cycles = await ledger.cycles(project.name, searchedMax);
  return [
    ...tasks
      .filter((task) => task.id.startsWith(id))
      .map((task): Picked => ({ kind: "task", project, task })),
    ...cycles
      .filter((cycle) => cycle.id.startsWith(id))
      .map((cycle): Picked => ({ kind: "cycle", project, cycle })),
  ];
}

const describe = (picked: Picked): string =>
  picked.kind === "task"
    ? `  ${picked.task.id}  task of ${picked.project.name}: ${line(picked.task.brief.title, 60)}`
    : `  ${picked.cycle.id}  cycle of ${picked.project.name}`;

/** Finds a task by its id or a unique prefix of it. */
export async function pickTask(
  ledger: Ledger,
  projects: readonly ProjectConfig[],
  typed: string,
): Promise<Extract<Picked, { readonly kind: "task" }>> {
  const picked = await pickById(ledger, projects, typed);
  if (picked.kind === "task") return picked;
  throw misuse(
    `${picked.cycle.id} is a cycle`,
    `name a task; \`orch show ${picked.cycle.id}\` lists its tasks`,
  );
}
