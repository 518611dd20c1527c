/** Keeps a delivery's lease while its job runs, and ends the job when the lease is lost. */
import type { Clock } from "../ports/clock.ts";
import type { Delivery, Engine } from "../ports/engine.ts";

/** Why a job's signal was aborted. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** Shortest time between two looks at a lease: a cancelled task ends about as soon as this. */
const lookMs = 1_000;

interface Keeper {
  readonly engine: Engine;
  readonly clock: Clock;
}

/** Runs `job` under a lease that is renewed; its signal aborts with the lease, or with `stop`. */
export async function underLease<T>(
  keeper: Keeper,
  delivery: Delivery,
  job: (signal: AbortSignal) => Promise<T>,
  stop: AbortSignal,
): Promise<T> {
  const lost = new AbortController();
  const over = new AbortController();
  const kept = keep(keeper, delivery, over.signal).then((isHeld) => {
    if (!isHeld) lost.abort(new LeaseLost(`the lease on ${delivery.job.id} is lost`));
  });
  try {
    return await job(AbortSignal.any([lost.signal, stop]));
  } finally {
    over.abort();
    await kept;
  }
}

/**
 * Renews a lease in time, and looks at it whenever something was written; false once it is lost.
 */
async function keep(
  { engine, clock }: Keeper,
  delivery: Delivery,
  over: AbortSignal,
): Promise<boolean> {
  let due = clock.elapsedMs() + engine.renewMs;
  const left = (): number => Math.max(0, due - clock.elapsedMs());
  for (;;) {
    await engine.changed(left(), over);
    // afterwards: what is written meanwhile is seen
    await clock.sleep(Math.min(lookMs, left()), over);
    if (over.aborted) return true;
    try {
      const isDue = left() === 0;
      if (!(await (isDue ? engine.renew(delivery) : engine.holds(delivery)))) return false;
      if (isDue) due = clock.elapsedMs() + engine.renewMs;
    } catch {
      // a full disk says nothing of the lease; whoever has lost it is fenced off in the end
      due = clock.elapsedMs() + lookMs;
    }
  }
}
