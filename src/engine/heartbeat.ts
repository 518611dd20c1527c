/** Keeps a delivery's lease while its job runs, and ends the job when the lease is lost. */
import type { Clock } from "../ports/clock.ts";
import type { Delivery, Engine } from "../ports/engine.ts";

/** Why a job's signal was aborted. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** Runs `job` under a lease that is renewed; its signal aborts with the lease, or with `stop`. */
export async function underLease<T>(
  { engine, clock }: { readonly engine: Engine; readonly clock: Clock },
  delivery: Delivery,
  job: (signal: AbortSignal) => Promise<T>,
  stop: AbortSignal,
): Promise<T> {
  const lost = new AbortController();
  const over = new AbortController();
  const beating = beat(async () => {
    await clock.sleep(engine.renewMs, over.signal);
    if (over.signal.aborted) return false;
    if (await engine.renew(delivery)) return true;
    lost.abort(new LeaseLost(`the lease on ${delivery.job.id} is lost`));
    return false;
  });
  try {
    return await job(AbortSignal.any([lost.signal, stop]));
  } finally {
    over.abort();
    await beating;
  }
}

async function beat(once: () => Promise<boolean>): Promise<void> {
  while (await once());
}
