/** Money of a delivery that was lost: it counts as spent in full, since nobody knows the bill. */
import type { TaskId } from "./ids.ts";
import { isSubject } from "./jobs.ts";
import type { Change, View } from "./ledger.ts";
import type { Reservation } from "./records.ts";

/** Settles a reservation at all that was set aside. */
export const settledAsSpent = (each: Reservation): Change => ({
  kind: "reservation",
  reservation: { ...each, settledUsd: each.amountUsd, lost: true },
});

/**
 * Closes what a task's deliveries left open, because their owner is dead: their attempts, and their
 * money at all that was set aside. A living one tells itself what it came to, once it hears that
 * its lease is gone.
 */
export function closeOrphaned(view: View, task: TaskId): readonly Change[] {
  const subject = { kind: "task", task } as const;
  const live = view.jobs.flatMap((each) =>
    isSubject(each.subject, subject) && each.state.at === "live" ? [each.state.token] : [],
  );
  if (live.length > 0) return [];
  const running = view.attempts.filter((e) => e.task === task && e.outcome.kind === "running");
  const why = "the task was cancelled after its worker was lost";
  return [
    ...view.reservations.filter((each) => each.task === task).map(settledAsSpent),
    ...running.map((each): Change => {
      const outcome = { kind: "released", why } as const;
      return { kind: "attempt", attempt: { ...each, endedAt: view.now, outcome } };
    }),
  ];
}
