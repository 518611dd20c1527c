/** What a person can tell a project: each a small decision in the same ledger. */
import { type Cycle, isOpen } from "./cycle.ts";
import { type Draft, openDraft } from "./draft.ts";
import { type CycleId, later, type TaskId } from "./ids.ts";
import { jobFor, jobForCycle } from "./jobs.ts";
import type { Change, Decision, View } from "./ledger.ts";
import { closeOrphaned } from "./lost.ts";
import { fingerprint } from "./plan.ts";
import type { RetryRules } from "./retry.ts";
import type { At, Task, TaskBrief, TaskEvent } from "./task.ts";

/** What became of a command; `why` is a sentence for the person. */
export type Told = { readonly kind: "done" } | { readonly kind: "refused"; readonly why: string };

const done: Told = { kind: "done" };

/** Adds a task that a person wrote. */
export function addTask(
  view: View,
  id: TaskId,
  brief: TaskBrief,
  rules: RetryRules,
): Decision<Told> {
  const draft = openDraft(view, rules);
  const known = view.known.get(fingerprint(brief));
  if (known?.became === "open")
    return refuse(`a task with this title and description is open already: ${known.task}`);
  draft.create(newTask(view, { id, brief, cycle: null, attemptsMax: rules.attemptsMax }));
  join(draft, view, id);
  return { changes: draft.changes(), answer: done };
}

/** A task at its beginning. */
export function newTask(
  view: View,
  given: {
    readonly id: TaskId;
    readonly brief: TaskBrief;
    readonly cycle: CycleId | null;
    readonly attemptsMax: number;
  },
): Task {
  const { id, brief, cycle, attemptsMax } = given;
  return {
    id,
    cycle,
    brief,
    fingerprint: fingerprint(brief),
    answers: [],
    lastFailure: null,
    createdAt: view.now,
    updatedAt: view.now,
    version: 0,
    state: { at: "pending", attempt: 1, left: attemptsMax - 1, tries: 0, notBefore: view.now },
  };
}

/** Tells a task something; says in words where its state does not allow it. */
export function tellTask(
  view: View,
  id: TaskId,
  event: TaskEvent,
  rules: RetryRules,
): Decision<Told> {
  const draft = openDraft(view, rules);
  const task = draft.task(id);
  if (task === null) return refuse(`there is no task ${id}`);
  const { at } = task.state;
  if (draft.tell(id, event) !== "moved") return refuse(whyNot(event.type, at));
  if (event.type === "task.skipped") draft.add(...closeOrphaned(view, id));
  if (event.type === "task.retried" || event.type === "task.answered") join(draft, view, id);
  return { changes: draft.changes(), answer: done };
}

const wanted: { readonly [E in TaskEvent["type"]]?: string } = {
  "task.skipped": "only a task that is not over and not being merged can be ended",
  "task.retried": "only a failed or skipped task can be retried",
  "task.answered": "only a task that asks something can be answered",
  "task.approved": "only a task that waits for approval can be approved",
  "task.rejected": "only a task that waits for approval can be rejected",
};

const whyNot = (type: TaskEvent["type"], at: At): string =>
  `the task is ${at}, and ${wanted[type] ?? `${type} does not apply`}`;

function join(draft: Draft, view: View, task: TaskId): void {
  const running = view.cycles.find(({ state }) => state.at === "running");
  if (running !== undefined) draft.tellCycle(running.id, { type: "cycle.joined", task });
}

/** Lets a project spend more today; it ends with the day. */
export function raiseBudget(view: View, usd: number, rules: RetryRules): Decision<Told> {
  const draft = openDraft(view, rules);
  draft.tellProject({ type: "project.budgetRaised", day: view.day, usd, now: view.now });
  return { changes: draft.changes(), answer: done };
}

/** Pauses a project until a person resumes it. */
export function pause(view: View, why: string, rules: RetryRules): Decision<Told> {
  const { mode } = view.project;
  if (mode.at === "paused" && mode.by === "person") return refuse("it is paused already");
  const draft = openDraft(view, rules);
  const event = { type: "project.paused", by: "person", why, until: null } as const;
  draft.tellProject({ ...event, now: view.now });
  return { changes: draft.changes(), answer: done };
}

/** Lets a paused project go on. */
export function resume(view: View, rules: RetryRules): Decision<Told> {
  if (view.project.mode.at === "active") return refuse("it is not paused");
  const draft = openDraft(view, rules);
  draft.tellProject({ type: "project.resumed" });
  return { changes: draft.changes(), answer: done };
}

/** Ends the wait for the model, in all projects: one session tries at once. */
export function liftLimit(view: View, rules: RetryRules): Decision<Told> {
  const draft = openDraft(view, rules);
  draft.tellLimit({ type: "limit.lifted", now: view.now });
  if (draft.changes().length === 0)
    return refuse("nothing waits for the model, or one session tries already");
  return { changes: draft.changes(), answer: done };
}

/**
 * Asks for a cycle; answers the one to follow: an interrupted one goes on before a new one begins.
 */
export function requestCycle(
  view: View,
  id: CycleId,
  requestedBy: Cycle["requestedBy"],
  delayMs: number,
): Decision<CycleId> {
  const open = view.cycles.find(isOpen);
  if (requestedBy === "schedule" && open !== undefined) return { changes: [], answer: open.id };
  const again = requestedBy === "person" ? parkedAgain(view) : [];
  const underWay = view.cycles.find((each) => isOpen(each) && each.state.at !== "queued");
  if (underWay !== undefined) return { changes: again, answer: underWay.id };
  // one's own that waits is the one; each further one would plan anew
  const asked = view.cycles.find((each) => isOpen(each) && each.requestedBy === "person");
  if (asked !== undefined) return { changes: again, answer: asked.id };
  const cycle: Cycle = {
    id,
    requestedBy,
    createdAt: view.now,
    startedAt: null,
    endedAt: null,
    state: { at: "queued" },
    plan: null,
    refused: [],
    tasks: [],
    costUsd: 0,
    version: 0,
  };
  const dueAt = later(view.now, delayMs);
  const event = { type: "cycle.created", cycle, dueAt } as const;
  const changes: readonly Change[] = [
    { kind: "cycle", cycle },
    { kind: "event", event: { of: "cycle", cycle: id, event } },
    { kind: "send", job: jobForCycle(cycle, dueAt) },
    ...again,
  ];
  return { changes, answer: id };
}

/** Whoever asks for a cycle may just have cleaned up: what is parked is tried at once. */
function parkedAgain({ tasks, now }: View): readonly Change[] {
  return tasks.flatMap((task): readonly Change[] => {
    const job = task.state.at === "approved" && task.state.parked !== null && jobFor(task, now);
    return job ? [{ kind: "send", job: { ...job, runAt: now } }] : [];
  });
}

const refuse = (why: string): Decision<Told> => ({ changes: [], answer: { kind: "refused", why } });
