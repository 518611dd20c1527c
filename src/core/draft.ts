/**
 * A decision in the making: events are told to tasks, cycles and the project one after the other,
 * each seeing what the ones before it did; at the end stand the changes to write.
 */
import { type Cycle, type CycleEvent, stepCycle } from "./cycle.ts";
import { failureSentence } from "./failure.ts";
import { tellTask as tell } from "./history.ts";
import type { CycleId, Instant, TaskId } from "./ids.ts";
import { jobFor, queueOf, subjectOf } from "./jobs.ts";
import type { Change, JobRequest, View } from "./ledger.ts";
import { type Limit, type LimitEvent, limitNote, stepLimit } from "./limit.ts";
import { type Project, type ProjectEvent, stepProject } from "./project.ts";
import type { RetryRules } from "./retry.ts";
import type { Task, TaskEvent } from "./task.ts";
import type { Step } from "./task-machine.ts";

export interface Draft {
  readonly now: Instant;
  readonly project: () => Project;
  readonly task: (id: TaskId) => Task | null;
  readonly tasks: () => readonly Task[];
  readonly cycle: (id: CycleId) => Cycle | null;
  readonly cycles: () => readonly Cycle[];
  /** Tells a task's machine; what follows for its jobs and its project is done with it. */
  readonly tell: (id: TaskId, event: TaskEvent) => Step["kind"];
  readonly tellCycle: (id: CycleId, event: CycleEvent) => boolean;
  readonly tellProject: (event: ProjectEvent) => void;
  /** Tells the state that all projects share; what people must know of it is noted. */
  readonly tellLimit: (event: LimitEvent) => void;
  readonly create: (task: Task) => void;
  readonly send: (job: JobRequest) => void;
  readonly add: (...changes: readonly Change[]) => void;
  readonly note: (
    level: "info" | "warning",
    text: string,
    of?: { readonly task?: TaskId; readonly cycle?: CycleId },
  ) => void;
  readonly changes: () => readonly Change[];
}

interface Pages {
  readonly view: View;
  readonly rules: RetryRules;
  readonly tasks: Map<TaskId, Task>;
  readonly cycles: Map<CycleId, Cycle>;
  readonly changes: Change[];
  project: Project;
  limit: Limit;
}

/** Opens a decision on `view`. */
export function openDraft(view: View, rules: RetryRules): Draft {
  const pages: Pages = {
    view,
    rules,
    tasks: new Map(view.tasks.map((each) => [each.id, each])),
    cycles: new Map(view.cycles.map((each) => [each.id, each])),
    changes: [],
    project: view.project,
    limit: view.limit,
  };
  const { tasks, cycles, changes } = pages;
  return {
    now: view.now,
    project: () => pages.project,
    task: (id) => tasks.get(id) ?? null,
    tasks: () => [...tasks.values()],
    cycle: (id) => cycles.get(id) ?? null,
    cycles: () => [...cycles.values()],
    tell: (id, event) => tellTask(pages, id, event),
    tellCycle: (id, event) => tellCycle(pages, id, event),
    tellProject: (event) => tellProject(pages, event),
    tellLimit: (event) => tellLimit(pages, event),
    create: (task) => {
      tasks.set(task.id, task);
      changes.push({ kind: "task", task });
      const event = { type: "task.created", task } as const;
      changes.push({ kind: "event", event: { of: "task", task: task.id, event } });
      sendFor(pages, task);
    },
    send: (job) => void changes.push({ kind: "send", job }),
    add: (...more) => void changes.push(...more),
    note: (level, text, of = {}) => note(pages, level, text, of),
    changes: () => changes,
  };
}

function tellTask(pages: Pages, id: TaskId, event: TaskEvent): Step["kind"] {
  const { view, rules, changes } = pages;
  const before = pages.tasks.get(id);
  if (before === undefined) throw new Error(`the view lacks task ${id}`);
  const told = tell(before, event, { rules, now: view.now });
  if (told.kind !== "moved") return told.kind;
  const { task } = told;
  pages.tasks.set(id, task);
  changes.push({ kind: "task", task });
  changes.push({ kind: "event", event: { of: "task", task: id, event, rules } });
  const was = queueOf(before.state);
  if (was !== null && was !== queueOf(task.state))
    changes.push({ kind: "withdraw", queue: was, subject: subjectOf(task) });
  sendFor(pages, task);
  if (task.state.at === "failed") {
    const what = `"${task.brief.title}" (${failureSentence(task.state.failure.kind)})`;
    tellProject(pages, { type: "project.failed", what, max: rules.failuresMax, now: view.now });
  }
  if (task.state.at === "done") tellProject(pages, { type: "project.succeeded" });
  return "moved";
}

function note(
  { changes }: Pages,
  level: "info" | "warning",
  text: string,
  of: { readonly task?: TaskId; readonly cycle?: CycleId } = {},
): void {
  const { task = null, cycle = null } = of;
  const event = { type: "note", level, text } as const;
  changes.push({ kind: "event", event: { of: "note", task, cycle, event } });
}

function sendFor({ view, changes }: Pages, task: Task): void {
  const job = jobFor(task, view.now);
  if (job !== null) changes.push({ kind: "send", job });
}

function tellCycle(pages: Pages, id: CycleId, event: CycleEvent): boolean {
  const { cycles, changes, rules, view } = pages;
  const before = cycles.get(id);
  const cycle = before === undefined ? null : stepCycle(before, event);
  if (cycle === null) return false;
  cycles.set(id, cycle);
  changes.push({ kind: "cycle", cycle });
  changes.push({ kind: "event", event: { of: "cycle", cycle: id, event } });
  if (event.type === "cycle.failed") {
    const { failuresMax: max } = rules;
    tellProject(pages, { type: "project.planFailed", what: event.why, max, now: view.now });
  }
  if (event.type === "cycle.planned") tellProject(pages, { type: "project.planned" });
  return true;
}

function tellProject(pages: Pages, event: ProjectEvent): void {
  const next = stepProject(pages.project, event);
  if (next === pages.project) return;
  pages.project = next;
  pages.changes.push({ kind: "project", project: next });
  pages.changes.push({ kind: "event", event: { of: "project", event } });
}

function tellLimit(pages: Pages, event: LimitEvent): void {
  const next = stepLimit(pages.limit, event);
  if (next === pages.limit) return;
  pages.limit = next;
  pages.changes.push({ kind: "limit", limit: next });
  const told = limitNote(next, event);
  if (told !== null) note(pages, told.level, told.text);
}
