/** Over, unless a person or a red branch says otherwise. */
import type { RetryRules } from "../retry.ts";
import type { TaskEvent, TaskState } from "../task.ts";
import type { Rows } from "./row.ts";

const retry = {
  to: ["pending"],
  next: (
    s: { readonly attempt: number },
    e: Extract<TaskEvent, { readonly type: "task.retried" }>,
    r: RetryRules,
  ): TaskState => ({
    at: "pending",
    attempt: s.attempt + 1,
    left: r.attemptsMax - 1,
    tries: 0,
    notBefore: e.now,
  }),
} as const;

export const overRows = {
  done: {
    "task.reverted": {
      to: ["failed"],
      next: ({ attempt }, e) => ({
        at: "failed",
        attempt,
        failure: { kind: "reverted", detail: e.detail },
      }),
    },
  },
  failed: { "task.retried": retry },
  skipped: { "task.retried": retry },
} satisfies Rows<"done" | "failed" | "skipped">;
