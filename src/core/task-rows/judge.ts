import type { Instant } from "../ids.ts";
import { retryOrFail } from "../retry.ts";
import type { Candidate, TaskState } from "../task.ts";
import { candidateOf, type Rows, skip, startAfresh } from "./row.ts";

/** The judge, or a person in its place, has the candidate. */

/** The same commit before the judge once more, while any tries are left. */
function judgeAgain(
  s: Candidate,
  lost: { readonly detail: string; readonly now: Instant },
  max: number,
): TaskState {
  const tries = s.tries + 1;
  if (tries >= max)
    return {
      at: "failed",
      attempt: s.attempt,
      failure: { kind: "judgeLost", detail: lost.detail },
    };
  return { ...candidateOf(s), at: "submitted", tries, notBefore: lost.now };
}

export const judgeRows = {
  submitted: {
    "judge.started": {
      to: ["judging"],
      next: (s, e) => ({ ...candidateOf(s), at: "judging", tries: s.tries, token: e.token }),
    },
    "task.skipped": skip,
  },
  judging: {
    "judge.passed": {
      to: ["approved", "held"],
      next: (s, e) =>
        e.hold === null
          ? { ...candidateOf(s), at: "approved", parked: null, notBefore: e.now }
          : { ...candidateOf(s), at: "held", why: e.hold },
    },
    "judge.failed": startAfresh,
    "judge.inconclusive": {
      to: ["submitted", "failed"],
      next: (s, e, r) => judgeAgain(s, e, r.triesMax),
    },
    "judge.released": {
      to: ["submitted"],
      next: (s, e) => ({
        ...candidateOf(s),
        at: "submitted",
        tries: s.tries,
        notBefore: e.notBefore,
      }),
    },
    "lease.expired": {
      to: ["submitted", "failed"],
      next: (s, e, r) => {
        const detail = "the judge was lost too often";
        return judgeAgain(s, { now: e.now, detail }, r.lossesMax);
      },
    },
    "task.skipped": skip,
  },
  held: {
    "task.approved": {
      to: ["approved"],
      next: (s, e) => ({ ...candidateOf(s), at: "approved", parked: null, notBefore: e.now }),
    },
    "task.rejected": {
      to: ["pending", "failed"],
      next: (s, e, r, before) =>
        retryOrFail(s, { ...e, before, failure: { kind: "rejected", detail: e.why } }, r),
    },
    "task.skipped": skip,
  },
} satisfies Rows<"submitted" | "judging" | "held">;
