/** Which job each state waits for. Each runnable state has exactly one. */
import type { Cycle } from "./cycle.ts";
import type { Instant, ProjectName } from "./ids.ts";
import type { Job, JobRequest, Queue, Subject } from "./ledger.ts";
import type { Task, TaskState } from "./task.ts";

/** The queue whose job acts, or will act, on a task in this state; null where none does. */
export function queueOf({ at }: TaskState): Queue | null {
  switch (at) {
    case "pending":
    case "working":
      return "work";
    case "submitted":
    case "judging":
      return "judge";
    case "approved":
    case "merging":
    case "unsettled":
      return "merge";
    case "conflicted":
    case "resolving":
      return "resolve";
    case "blocked":
    case "held":
    case "done":
    case "failed":
    case "skipped":
      return null;
    default:
      return at satisfies never;
  }
}

/** Tells whether a task's state is that of a live delivery. */
export const isHeldByJob = (state: TaskState): boolean => "token" in state;

/** The job that a task waits for; null where it waits for none, or one has it already. */
export function jobFor(task: Task, now: Instant): JobRequest | null {
  const queue = queueOf(task.state);
  if (queue === null || isHeldByJob(task.state)) return null;
  return {
    queue,
    subject: subjectOf(task),
    // one landing at a time: each is checked on the tip it becomes
    key: queue === "merge" ? "merge" : null,
    priority: task.brief.priority,
    runAt: "notBefore" in task.state ? task.state.notBefore : now,
  };
}

/** The job of a cycle that was asked for, not before `runAt`. */
export const jobForCycle = (cycle: Cycle, runAt: Instant): JobRequest => ({
  queue: "cycle",
  subject: { kind: "cycle", cycle: cycle.id },
  // admission lets one cycle through at a time; a later one that is due must not wait for a
  // schedule
  key: null,
  priority: cycle.requestedBy === "person" ? 1 : 0,
  runAt,
});

export const subjectOf = (task: Task): Subject => ({ kind: "task", task: task.id });

/** Tells whether two subjects are the same. */
export const isSubject = (a: Subject, b: Subject): boolean =>
  a.kind === "task"
    ? b.kind === "task" && a.task === b.task
    : b.kind === "cycle" && a.cycle === b.cycle;

/** Names a job among those of all projects. */
export const jobName = (project: ProjectName, { queue, subject }: Pick<Job, "queue" | "subject">) =>
  `${project} ${queue} ${subject.kind === "task" ? subject.task : subject.cycle}`;
