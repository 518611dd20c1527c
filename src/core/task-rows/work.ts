import { type Rows, skip, startAfresh } from "./row.ts";
/** A worker has the task, or is about to. */

export const workRows = {
  pending: {
    "work.started": {
      to: ["working"],
      next: ({ attempt, left, tries }, e) => ({
        at: "working",
        attempt,
        left,
        tries,
        token: e.token,
      }),
    },
    "task.skipped": skip,
  },
  working: {
    "work.submitted": {
      to: ["submitted"],
      next: ({ attempt, left }, e) => ({
        at: "submitted",
        attempt,
        left,
        commit: e.commit,
        resolutions: 0,
        tries: 0,
        notBefore: e.now,
      }),
    },
    "work.failed": startAfresh,
    "work.released": {
      to: ["pending"],
      next: ({ attempt, left, tries }, e) => ({
        at: "pending",
        attempt,
        left,
        tries,
        notBefore: e.notBefore,
      }),
    },
    "work.blocked": {
      to: ["blocked"],
      next: ({ attempt, left }, e) => ({
        at: "blocked",
        attempt,
        left,
        tries: 0,
        question: e.question,
      }),
    },
    "work.declined": {
      to: ["skipped"],
      next: ({ attempt }, e) => ({ at: "skipped", attempt, reason: e.why }),
    },
    "work.reported": {
      to: ["done"],
      next: ({ attempt }) => ({ at: "done", attempt, landed: null }),
    },
    "lease.expired": {
      to: ["pending", "failed"],
      next: ({ attempt, left, tries }, e, r) =>
        tries + 1 >= r.lossesMax
          ? {
              at: "failed",
              attempt,
              failure: { kind: "workerLost", detail: `${r.lossesMax} leases lost` },
            }
          : { at: "pending", attempt, left, tries: tries + 1, notBefore: e.now },
    },
    "task.skipped": skip,
  },
  blocked: {
    "task.answered": {
      to: ["pending"],
      next: ({ attempt, left }, e) => ({
        at: "pending",
        attempt: attempt + 1,
        left,
        tries: 0,
        notBefore: e.now,
      }),
    },
    "task.skipped": skip,
  },
} satisfies Rows<"pending" | "working" | "blocked">;
