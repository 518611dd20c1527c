/**
 * What events make of records. Decisions write by it and the audit replays by it, so that the log
 * alone gives the state again.
 */
import { type Cycle, stepCycle } from "./cycle.ts";
import type { Failure } from "./failure.ts";
import type { CycleId, Instant, TaskId } from "./ids.ts";
import type { LogEvent } from "./ledger.ts";
import { newProject, type Project, stepProject } from "./project.ts";
import type { RetryRules } from "./retry.ts";
import type { Task, TaskEvent } from "./task.ts";
import { type Step, step } from "./task-machine.ts";

export type Told =
  | { readonly kind: "moved"; readonly task: Task }
  | Exclude<Step, { readonly kind: "moved" }>;

/** Returns the task that `event`, told at `now`, makes of `task`. */
export function tellTask(
  task: Task,
  event: TaskEvent,
  { rules, now }: { readonly rules: RetryRules; readonly now: Instant },
): Told {
  const result = step(task, event, rules);
  if (result.kind !== "moved") return result;
  const moved: Task = {
    ...task,
    state: result.state,
    answers: answersAfter(task, event),
    lastFailure: failureIn(event) ?? task.lastFailure,
    version: task.version + 1,
    updatedAt: now,
  };
  return { kind: "moved", task: moved };
}

function answersAfter({ state, answers }: Task, event: TaskEvent): Task["answers"] {
  if (event.type !== "task.answered" || state.at !== "blocked") return answers;
  return [...answers, { question: state.question, answer: event.answer }];
}

function failureIn(event: TaskEvent): Failure | null {
  if ("failure" in event) return event.failure;
  return event.type === "task.rejected" ? { kind: "rejected", detail: event.why } : null;
}

/** The state that a log tells. */
export interface Past {
  readonly project: Project;
  readonly tasks: ReadonlyMap<TaskId, Task>;
  readonly cycles: ReadonlyMap<CycleId, Cycle>;
  /** Events that do not apply to what the ones before them told, each in a sentence. */
  readonly flaws: readonly string[];
}

export interface Entry {
  readonly seq: number;
  readonly at: Instant;
  readonly event: LogEvent;
}

/** Tells a log from its first event on. */
export function replay(log: Iterable<Entry>): Past {
  const tasks = new Map<TaskId, Task>();
  const cycles = new Map<CycleId, Cycle>();
  const flaws: string[] = [];
  let project = newProject;
  for (const { seq, at, event: entry } of log) {
    const flaw = (what: string): void =>
      void flaws.push(`event ${seq} (${entry.event.type}): ${what}`);
    switch (entry.of) {
      case "task": {
        if ("rules" in entry) replayTask(tasks, entry, at, flaw);
        else if (tasks.has(entry.task)) flaw(`task ${entry.task} is created twice`);
        else tasks.set(entry.task, entry.event.task);
        break;
      }
      case "cycle":
        replayCycle(cycles, entry, flaw);
        break;
      case "project":
        project = stepProject(project, entry.event);
        break;
      case "note":
        break;
      default:
        entry satisfies never;
    }
  }
  return { project, tasks, cycles, flaws };
}

type Flaw = (what: string) => void;

function replayTask(
  tasks: Map<TaskId, Task>,
  { task: id, event, rules }: Extract<LogEvent, { readonly rules: RetryRules }>,
  now: Instant,
  flaw: Flaw,
): void {
  const before = tasks.get(id);
  const told = before === undefined ? null : tellTask(before, event, { rules, now });
  if (told === null) flaw(`task ${id} was never created`);
  else if (told.kind === "moved") tasks.set(id, told.task);
  else flaw(`it is ${told.kind}: task ${id} is ${before?.state.at}`);
}

function replayCycle(
  cycles: Map<CycleId, Cycle>,
  { cycle: id, event }: Extract<LogEvent, { readonly of: "cycle" }>,
  flaw: Flaw,
): void {
  const before = cycles.get(id);
  const isFirst = event.type === "cycle.created";
  if (isFirst && before !== undefined) flaw(`cycle ${id} is created twice`);
  else if (isFirst) cycles.set(id, event.cycle);
  else if (before === undefined) flaw(`cycle ${id} was never created`);
  else {
    const after = stepCycle(before, event);
    if (after === null) flaw(`it does not apply to cycle ${id}, which is ${before.state.at}`);
    else cycles.set(id, after);
  }
}
