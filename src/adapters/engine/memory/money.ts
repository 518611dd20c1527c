import type { Money } from "../../../core/ledger.ts";
import type { Reservation } from "../../../core/records.ts";

/** Sums up what was settled and what is still reserved. */
export function moneyOf(shares: readonly Pick<Reservation, "amountUsd" | "settledUsd">[]): Money {
  let settledUsd = 0;
  let reservedUsd = 0;
  for (const share of shares) {
    if (share.settledUsd === null) reservedUsd += share.amountUsd;
    else settledUsd += share.settledUsd;
  }
  return { settledUsd, reservedUsd };
}
