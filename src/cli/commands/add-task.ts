import { addTask as decide } from "../../core/commands.ts";
import { taskId } from "../../core/ids.ts";
import type { TaskBrief, TaskKind } from "../../core/task.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes, failure, misuse } from "../exit-codes.ts";
import { readAll } from "../io.ts";
import { pickOne } from "../pick.ts";
import { pauseSentence } from "../render/why.ts";
import { rulesOf } from "../tell.ts";

export interface AddTaskOptions {
  readonly project?: string | undefined;
  readonly title: string;
  readonly desc?: string | undefined;
  readonly type: TaskKind;
  readonly priority: number;
  readonly criteria?: string[] | undefined;
  readonly files?: string[] | undefined;
}

const titleMax = 200;
/** A description beyond this is a document: it belongs into the repository, named by the task. */
const descriptionMax = 20_000;

/** `orch add-task`: adds a task that a person wrote. */
export async function addTask(desk: Desk, options: AddTaskOptions): Promise<number> {
  const brief = await briefOf(desk, options);
  return withLedger(desk, async (ledger, portfolio) => {
    const project = pickOne(portfolio, options.project);
    const backstage = await desk.backstage();
    const trouble = backstage.unusable(project.path);
    if (trouble !== null) throw misuse(`not added: ${trouble.what}`, trouble.hint);
    const id = taskId(backstage.clock.newId());
    const rules = rulesOf(project);
    const { fingerprint } = await import("../../core/plan.ts");
    const needs = { fingerprints: [fingerprint(brief)] };
    const told = await ledger.transact(project.name, needs, (view) =>
      decide(view, id, brief, rules),
    );
    if (told.kind === "refused") throw failure(`not added: ${told.why}`);
    desk.answer({ id, project: project.name }, () => id);
    const { project: state } = await ledger.overview(project.name);
    const paused = pauseSentence(project, state, backstage.clock.now());
    const next = paused ?? `orch run --project ${project.name}`;
    const off = `the project is disabled: nothing runs until "enabled" is true`;
    desk.say(`added to ${project.name} (${project.enabled ? next : off})`);
    return exitCodes.ok;
  });
}

/** Whether a glob names what lies outside of the project, where no change can be. */
const leaves = (glob: string): boolean => glob.startsWith("/") || /(?:^|\/)\.\.(?:\/|$)/.test(glob);

async function briefOf(desk: Desk, options: AddTaskOptions): Promise<TaskBrief> {
  const title = options.title.trim();
  if (title === "" || title.length > titleMax || title.includes("\n"))
    throw misuse(`--title must be one line of 1 to ${titleMax} characters`);
  const given = options.desc === "-" ? await readAll(desk.io.stdin, descriptionMax) : options.desc;
  const description = (given === undefined ? title : (given ?? "")).trim();
  if (given === null || description.length > descriptionMax)
    throw misuse(
      `--desc must have at most ${descriptionMax} characters`,
      "put long texts into a file of the repository and name it in the description",
    );
  if (description === "") throw misuse("--desc is empty", "say what is to be done");
  const outside = options.files?.find((glob) => leaves(glob));
  if (outside !== undefined)
    throw misuse(
      `--files ${JSON.stringify(outside)} leaves the project`,
      "give globs of paths within it, e.g. 'src/**'",
    );
  return {
    title,
    description,
    kind: options.type,
    priority: options.priority,
    criteria: options.criteria ?? [],
    allowedFiles: options.files ?? [],
    leaveAlone: [],
    backlogItem: null,
  };
}
