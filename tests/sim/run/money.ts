/** What the gateway's caps came to in the vendor's bill, when all has come to rest. */
import type { Universe } from "../world/universe.ts";

/** Money of runs with a gateway. */
export interface MoneyTally {
  /** What the vendor billed, in US dollars. */
  billedUsd: number;
  /** What our books count. */
  countedUsd: number;
  /** Caps of days and cycles that were in force where something was billed. */
  caps: number;
  /** Those of them that the bill has reached. */
  reached: number;
  /** By how much one was passed at most, in the dearest requests of its run. */
  overRequests: number;
  /** By how much the books counted less than a delivery's bill, at most, in US dollars. */
  uncountedUsd: number;
}

export const noMoney = (): MoneyTally => ({
  ...{ billedUsd: 0, countedUsd: 0, caps: 0, reached: 0, overRequests: 0, uncountedUsd: 0 },
});

/** Adds up a run; nothing where sessions asked the model themselves. */
export function moneyOf({ vendor, lands, store }: Universe): MoneyTally {
  const sum = noMoney();
  for (const [project, { rules }] of lands) {
    if (rules.limits.metered !== true) continue;
    const counted = new Map<number, number>();
    const rows = store.projects.get(project)?.reservations.values() ?? [];
    for (const { token, pastOf = token, settledUsd, amountUsd } of rows)
      counted.set(pastOf, (counted.get(pastOf) ?? 0) + (settledUsd ?? amountUsd));
    for (const usd of counted.values()) sum.countedUsd += usd;
    for (const [key, { usd, token }] of vendor.accounts) {
      if (!key.startsWith(`${project} `)) continue;
      sum.billedUsd += usd;
      const less = usd - (token === null ? 0 : (counted.get(token) ?? 0));
      sum.uncountedUsd = Math.max(sum.uncountedUsd, less);
    }
    const { dayUsd, cycleUsd } = rules.limits.caps;
    for (const [key, usd] of vendor.bill) {
      if (key.endsWith(` ${project}`)) held(sum, usd, dayUsd, vendor.dearestUsd);
      if (key.startsWith(`${project} `)) held(sum, usd, cycleUsd, vendor.dearestUsd);
    }
  }
  const [first] = lands.values();
  const { metered, caps } = first?.rules.limits ?? {};
  for (const [key, usd] of metered === true ? vendor.bill : [])
    if (!key.includes(" ")) held(sum, usd, caps?.portfolioDayUsd ?? null, vendor.dearestUsd);
  return sum;
}

function held(sum: MoneyTally, usd: number, capUsd: number | null, dearestUsd: number): void {
  if (capUsd === null) return;
  sum.caps += 1;
  if (usd >= capUsd) sum.reached += 1;
  if (usd > capUsd) sum.overRequests = Math.max(sum.overRequests, (usd - capUsd) / dearestUsd);
}

/** Adds one run's money. */
export function addMoney(sum: MoneyTally, more: MoneyTally): void {
  sum.billedUsd += more.billedUsd;
  sum.countedUsd += more.countedUsd;
  sum.caps += more.caps;
  sum.reached += more.reached;
  sum.overRequests = Math.max(sum.overRequests, more.overRequests);
  sum.uncountedUsd = Math.max(sum.uncountedUsd, more.uncountedUsd);
}
