/** The vendor: it charges, it remembers sessions, and some days it cannot be had. */
import type { ProjectName } from "../../../src/core/ids.ts";
import { instant } from "../../../src/core/ids.ts";
import type { Ending } from "../../../src/ports/agent.ts";
import { type Book, onPurpose, strikes, type Universe, type Vendor } from "./universe.ts";

/** Opens a vendor that has charged nothing. */
export const openVendor = (): Vendor => ({
  bill: new Map(),
  billOfDay: new Map(),
  overrun: new Map(),
  dearestUsd: 0,
  worstUsd: 0,
  sessions: new Map(),
  limit: null,
  outageUntil: 0,
  keyRefusedUntil: 0,
});

/** The calendar day of a moment. */
export function dayOf(moment: number): string {
  const number = Math.floor(moment / dayMs);
  const known = days.get(number) ?? new Date(moment).toISOString().slice(0, 10);
  days.set(number, known);
  return known;
}

const dayMs = 86_400_000;
const days = new Map<number, string>();

/** Charges a session for one request. */
export function charge(
  universe: Universe,
  project: ProjectName,
  book: Book,
  given: { readonly costUsd: number; readonly capUsd: number },
): void {
  const { vendor, time, watch } = universe;
  const add = <K>(map: Map<K, number>, key: K, usd: number) =>
    map.set(key, (map.get(key) ?? 0) + usd);
  vendor.dearestUsd = Math.max(vendor.dearestUsd, given.costUsd);
  book.costUsd += given.costUsd;
  book.requests += 1;
  add(vendor.bill, project, given.costUsd);
  add(vendor.billOfDay, dayOf(time.now()), given.costUsd);
  add(vendor.billOfDay, `${dayOf(time.now())} ${project}`, given.costUsd);
  const over = Math.max(0, book.costUsd - given.capUsd);
  if (over > book.overrunUsd) {
    add(vendor.overrun, project, over - book.overrunUsd);
    book.overrunUsd = over;
  }
  watch.charged(project);
}

/**
 * How the vendor, or the machine between, ends a session at this request; null where it does not.
 */
export function trouble(universe: Universe): Ending | null {
  const { vendor, time, random } = universe;
  const now = time.now();
  const detail = `${onPurpose}not today`;
  if (strikes(universe, "usage limit with its end"))
    vendor.limit = { until: now + random.between(20_000, 200_000), told: true };
  if (strikes(universe, "usage limit without its end"))
    vendor.limit = { until: now + random.between(20_000, 60_000), told: false };
  if (strikes(universe, "outage")) vendor.outageUntil = now + random.between(1_000, 60_000);
  if (strikes(universe, "key is refused"))
    vendor.keyRefusedUntil = now + random.between(1_000, 60_000);
  if (vendor.limit !== null && vendor.limit.until > now) {
    const resetAt = vendor.limit.told ? instant(vendor.limit.until) : null;
    return { kind: "limitReached", resetAt, detail };
  }
  if (vendor.keyRefusedUntil > now) return { kind: "unauthorised", detail };
  if (vendor.outageUntil > now) {
    const retryAfterMs = random.chance(0.5) ? null : random.between(1_000, 40_000);
    return { kind: "overloaded", retryAfterMs, detail };
  }
  if (strikes(universe, "request is refused")) return { kind: "refused", detail };
  return strikes(universe, "session crashes") ? { kind: "crashed", detail } : null;
}
