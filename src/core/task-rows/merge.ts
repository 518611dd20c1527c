import { retryOrFail } from "../retry.ts";
import { candidateOf, type Rows, skip, startAfresh } from "./row.ts";
/** The refinery has the candidate. */

export const mergeRows = {
  approved: {
    "merge.started": {
      to: ["merging"],
      next: (s, e) => ({ ...candidateOf(s), at: "merging", tries: s.tries, token: e.token }),
    },
    "task.skipped": skip,
  },
  merging: {
    "merge.landed": {
      to: ["done"],
      next: ({ attempt }, e) => ({ at: "done", attempt, landed: e.commit }),
    },
    "merge.raced": {
      to: ["approved"],
      next: (s, e) => ({
        ...candidateOf(s),
        at: "approved",
        tries: s.tries,
        parked: null,
        notBefore: e.now,
      }),
    },
    "merge.parked": {
      to: ["approved"],
      next: (s, e) => ({
        ...candidateOf(s),
        at: "approved",
        tries: s.tries,
        parked: e.why,
        notBefore: e.notBefore,
      }),
    },
    "merge.conflicted": {
      to: ["conflicted", "pending", "failed"],
      next: (s, e, r, before) =>
        s.resolutions < r.resolutionsMax
          ? { ...candidateOf(s), at: "conflicted", paths: e.paths, notBefore: e.now }
          : retryOrFail(
              s,
              {
                now: e.now,
                chance: 0,
                before,
                failure: { kind: "conflicted", detail: e.paths.join(", ") },
              },
              r,
            ),
    },
    "merge.rejected": startAfresh,
    "lease.expired": {
      to: ["unsettled"],
      next: (s) => ({ ...candidateOf(s), at: "unsettled", tries: s.tries + 1 }),
    },
  },
  conflicted: {
    "resolve.started": {
      to: ["resolving"],
      next: (s, e) => ({
        ...candidateOf(s),
        at: "resolving",
        tries: s.tries,
        paths: s.paths,
        token: e.token,
      }),
    },
    "task.skipped": skip,
  },
  resolving: {
    "resolve.submitted": {
      to: ["submitted"],
      next: (s, e) => ({
        ...candidateOf(s),
        at: "submitted",
        commit: e.commit,
        resolutions: s.resolutions + 1,
        notBefore: e.now,
      }),
    },
    "resolve.failed": startAfresh,
    "resolve.released": {
      to: ["conflicted"],
      next: (s, e) => ({
        ...candidateOf(s),
        at: "conflicted",
        tries: s.tries,
        paths: s.paths,
        notBefore: e.notBefore,
      }),
    },
    "lease.expired": {
      to: ["conflicted", "failed"],
      next: (s, e, r) =>
        s.tries + 1 >= r.lossesMax
          ? {
              at: "failed",
              attempt: s.attempt,
              failure: { kind: "conflicted", detail: "the refinery was lost too often" },
            }
          : {
              ...candidateOf(s),
              at: "conflicted",
              tries: s.tries + 1,
              paths: s.paths,
              notBefore: e.now,
            },
    },
    "task.skipped": skip,
  },
  unsettled: {
    "merge.started": {
      to: ["merging"],
      next: (s, e) => ({ ...candidateOf(s), at: "merging", tries: s.tries, token: e.token }),
    },
  },
} satisfies Rows<"approved" | "merging" | "conflicted" | "resolving" | "unsettled">;
