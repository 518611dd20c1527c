import type { Task } from "../../core/task.ts";
import type { Commit } from "../../ports/repo.ts";

/** What the judge is asked. */
export interface JudgeRequest {
  readonly task: Task;
  readonly attempt: number;
  /** Numbers the verdicts of the task, from 1. */
  readonly number: number;
  readonly candidate: Commit;
  readonly base: Commit;
  readonly budgetUsd: number;
}
