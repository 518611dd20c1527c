/** Money of a delivery that was lost: what nobody knows the bill of counts as spent in full. */
import { openCycle } from "./cycle.ts";
import type { TaskId, Token } from "./ids.ts";
import { isSubject } from "./jobs.ts";
import type { Change, Money, PortfolioView, View } from "./ledger.ts";
import { committedUsd, settled } from "./metered.ts";
import type { Reservation } from "./records.ts";

/**
 * Settles a reservation at the most that its delivery can have been charged: where its requests
 * were counted, what they came to and the worst of those that nobody told the end of; else all that
 * was set aside.
 */
export const settledAsSpent = (each: Reservation): Change => ({
  kind: "reservation",
  reservation:
    each.metered === undefined
      ? { ...each, settledUsd: each.amountUsd, lost: true }
      : settled(each, 0),
});

/** Settles what a lost delivery has set aside. */
export const settleLost = ({ reservations }: View, lost: Token): readonly Change[] =>
  reservations.filter(({ token }) => token === lost).map(settledAsSpent);

/**
 * What counts once a lost delivery is settled, in the transaction that settles it: else what it had
 * set aside would be in the way of its own session's next delivery.
 */
export function givenBack<T extends Books>(books: T, lost: Token | null): T {
  const { view, portfolio } = books;
  const mine = view.reservations.find(({ token }) => token === lost);
  if (mine === undefined || mine.settledUsd !== null || mine.metered === undefined) return books;
  const { amountUsd, day, cycle } = mine;
  const settledUsd = committedUsd(mine.metered);
  const counted = openCycle(view.cycles);
  const moved = (money: Money, applies: boolean): Money => ({
    settledUsd: money.settledUsd + (applies ? settledUsd : 0),
    reservedUsd: money.reservedUsd - (applies ? amountUsd : 0),
  });
  const isToday = day === view.day;
  const spent = {
    today: moved(view.spent.today, isToday),
    cycle: moved(view.spent.cycle, cycle !== null && cycle === counted?.id),
    everywhere: moved(view.spent.everywhere, isToday),
  };
  const today = moved(portfolio.today, isToday);
  return { ...books, view: { ...view, spent }, portfolio: { ...portfolio, today } };
}

interface Books {
  readonly view: View;
  readonly portfolio: PortfolioView;
}

/** The most that the session of a lost delivery can have been charged so far, in US dollars. */
export function carriedUsd(
  { reservations }: Pick<View, "reservations">,
  lost: Token | null,
): number {
  const metered = reservations.find(({ token }) => token === lost)?.metered;
  return metered === undefined ? 0 : committedUsd(metered) + metered.carriedUsd;
}

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
