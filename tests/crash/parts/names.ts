/** Names that are the same in every run: tasks by the last word of their titles, cycles by none. */
import type { TaskId, Token } from "../../../src/core/ids.ts";
import type { Change, Job } from "../../../src/core/ledger.ts";
import type { Task } from "../../../src/core/task.ts";

export interface Names {
  learn(task: Pick<Task, "id" | "brief">): void;
  /** Hears which job a delivery is of. */
  meet(token: Token, job: Job): void;
  ofTask(id: TaskId): string;
  ofTitle(title: string): string;
  ofToken(token: Token): string;
  ofJob(job: Job): string;
  ofChanges(changes: readonly Change[]): string;
  /** Takes ids out of a text. */
  mask(text: string): string;
}

/** The name of a task: the last word of its title. */
export const nameOf = (title: string): string => (title.split(" ").at(-1) ?? "").toLowerCase();

/** Opens names that know no task yet. */
export function openNames(): Names {
  const tasks = new Map<string, string>();
  const deliveries = new Map<Token, string>();
  const ofTask = (id: TaskId): string => tasks.get(id) ?? "?";
  const ofJob = ({ queue, subject }: Job): string =>
    subject.kind === "task" ? `${queue} ${ofTask(subject.task)}` : queue;
  const mask = (text: string): string => {
    let masked = text;
    for (const [id, name] of tasks) masked = masked.replaceAll(id, name);
    return masked.replace(/(plan-|cycle_)[a-z0-9]{12}/g, "$1cycle").replace(/-[0-9a-f]{12}$/, "");
  };
  const ofChange = (change: Change): string => {
    switch (change.kind) {
      case "task":
        return `${nameOf(change.task.brief.title)} ${change.task.state.at}`;
      case "cycle":
        return `cycle ${change.cycle.state.at}`;
      case "attempt":
        return `${mask(change.attempt.workspace)} ${change.attempt.outcome.kind}`;
      case "verdict":
        return `verdict ${ofTask(change.verdict.task)}`;
      case "landing":
        return `landing ${change.landing.tasks.map(ofTask).join()} ${change.landing.state}`;
      default:
        return change.kind;
    }
  };
  return {
    learn: ({ id, brief }) => void tasks.set(id, nameOf(brief.title)),
    meet: (token, job) => void deliveries.set(token, ofJob(job)),
    ofTask,
    ofTitle: nameOf,
    ofToken: (token) => deliveries.get(token) ?? "?",
    ofJob,
    ofChanges: (changes) => [...new Set(changes.map(ofChange))].sort().join(", "),
    mask,
  };
}
