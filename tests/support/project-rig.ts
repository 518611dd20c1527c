/** One project of a rig, as its person sees it and as the ledger has it. */
import { machineClock } from "../../src/adapters/clock.ts";
import {
  addTask,
  liftLimit,
  newTask,
  pause,
  resume,
  type Told,
  tellTask,
} from "../../src/core/commands.ts";
import type { ProjectName, TaskId } from "../../src/core/ids.ts";
import { taskId } from "../../src/core/ids.ts";
import type { Change, Decision, LogEvent, View } from "../../src/core/ledger.ts";
import { fingerprint } from "../../src/core/plan.ts";
import type { Attempt } from "../../src/core/records.ts";
import type { RetryRules } from "../../src/core/retry.ts";
import type { Task, TaskBrief, TaskEvent } from "../../src/core/task.ts";
import { type House, siteOf } from "../../src/engine/house.ts";
import type { Overview, TaskRecord } from "../../src/ports/engine.ts";
import { person } from "./git-fixture.ts";
import { brief } from "./plays.ts";

export interface ProjectRig {
  readonly name: ProjectName;
  readonly path: string;
  /** Runs git as the person would, in the project's folder. */
  git(...args: readonly string[]): string;
  add(brief: TaskBrief): Promise<TaskId>;
  tell(id: TaskId, event: TaskEvent): Promise<Told>;
  pause(why: string): Promise<Told>;
  resume(): Promise<Told>;
  /** Ends the wait for the model, as the person would. */
  lift(): Promise<Told>;
  /** The task with this title; throws where there is none, or more than one. */
  task(title: string): Promise<TaskRecord>;
  /** All attempts of all tasks. */
  attempts(): Promise<readonly Attempt[]>;
  /** The log, oldest first. */
  log(): Promise<readonly LogEvent[]>;
  /** Types of a task's events, oldest first. */
  story(id: TaskId): Promise<readonly string[]>;
  overview(): Promise<Overview>;
  /** Writes a history of failed tasks into the ledger, `Old task 1` and so on. */
  remember(failed: number): Promise<void>;
}

const eventsMax = 1_000;

function failedTask(view: View, id: TaskId, number: number): Task {
  const task = newTask(view, {
    id,
    brief: brief(`Old task ${number}`),
    cycle: null,
    attemptsMax: 1,
  });
  const failure = { kind: "judgedBad", detail: "x".repeat(5_000) } as const;
  return { ...task, state: { at: "failed", attempt: 1, failure } };
}

/** Opens a project of a house that may be closed and opened again. */
export function openProjectRig(given: {
  readonly house: () => Promise<House>;
  readonly name: ProjectName;
  readonly path: string;
}): ProjectRig {
  const { house, name, path } = given;
  const decide = async (
    needs: { readonly tasks?: readonly TaskId[]; readonly fingerprints?: readonly string[] },
    by: (view: View, rules: RetryRules) => Decision<Told>,
  ): Promise<Told> => {
    const now = await house();
    const { rules } = siteOf(now, name).limits;
    return now.engine.transact(name, needs, (view) => by(view, rules));
  };
  const engine = async () => (await house()).engine;
  const log = async () =>
    (await (await engine()).events(name, 0, eventsMax)).map(({ event }) => event);
  const tasks = async () => (await engine()).tasks(name, { limit: 100 });
  return {
    name,
    path,
    git: (...args) => person(path, ...args),
    add: async (wanted) => {
      const id = taskId(machineClock.newId());
      const needs = { fingerprints: [fingerprint(wanted)] };
      const told = await decide(needs, (view, rules) => addTask(view, id, wanted, rules));
      if (told.kind === "refused") throw new Error(told.why);
      return id;
    },
    tell: (id, event) => decide({ tasks: [id] }, (view, rules) => tellTask(view, id, event, rules)),
    pause: (why) => decide({}, (view, rules) => pause(view, why, rules)),
    resume: () => decide({}, resume),
    lift: () => decide({}, liftLimit),
    task: async (title) => {
      const found = (await tasks()).filter(({ brief }) => brief.title === title);
      const [only] = found;
      const record = only === undefined ? null : await (await engine()).task(name, only.id);
      if (record === null || found.length > 1) throw new Error(`${found.length} tasks: ${title}`);
      return record;
    },
    attempts: async () => {
      const records = (await tasks()).map(async ({ id }) => (await engine()).task(name, id));
      return (await Promise.all(records)).flatMap((record) => record?.attempts ?? []);
    },
    log,
    story: async (id) =>
      (await log()).flatMap((each) =>
        each.of === "task" && each.task === id ? [each.event.type] : [],
      ),
    overview: async () => (await engine()).overview(name),
    remember: async (failed) => {
      const ids = Array.from({ length: failed }, () => taskId(machineClock.newId()));
      await (await engine()).transact(name, {}, (view) => ({
        changes: ids.flatMap((id, i) => created(failedTask(view, id, i + 1))),
        answer: null,
      }));
    },
  };
}

/** A task, and the event that tells of it: the log must give the state again. */
const created = (task: Task): readonly Change[] => [
  { kind: "task", task },
  { kind: "event", event: { of: "task", task: task.id, event: { type: "task.created", task } } },
];
