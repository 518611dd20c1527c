/** What tests of requests' accounts begin with. */
import type { Spent } from "../../src/core/ledger.ts";
import { type Came, closeRequest } from "../../src/core/metered.ts";
import type { Reservation, Usage } from "../../src/core/records.ts";

export const noCaps = { cycleUsd: null, dayUsd: null, portfolioDayUsd: null };
const nothing = { settledUsd: 0, reservedUsd: 0 };
export const quiet: Spent = { today: nothing, cycle: nothing, everywhere: nothing };
export const free = { caps: noCaps, spent: quiet };

/** A request that was answered, and what it cost. */
export const used = (costUsd: number): Came => {
  const tokens = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 1, cacheWriteTokens: 1 };
  return { kind: "answered", usage: { model: "m", ...tokens, costUsd } satisfies Usage };
};

/** A reservation once one of its requests has ended. */
export function ended(reservation: Reservation, number: number, came: Came): Reservation {
  const closed = closeRequest(reservation, number, came);
  if (closed === null) throw new Error("it was not open");
  return closed;
}
