/** The vendor: it charges, it remembers sessions, and some days it cannot be had. */
import type { ProjectName } from "../../../src/core/ids.ts";
import { instant } from "../../../src/core/ids.ts";
import type { Ending } from "../../../src/ports/agent.ts";
import type { FaultKind } from "../faults/kinds.ts";
import {
  type Account,
  type Book,
  onPurpose,
  strikes,
  type Universe,
  type UsageLimit,
  type Vendor,
} from "./universe.ts";

/** Opens a vendor that has charged nothing. */
export const openVendor = (): Vendor => ({
  accounts: new Map(),
  bill: new Map(),
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

interface Spender {
  readonly owner: string;
  readonly transcript: string;
  /** What the session may spend where no delivery has set anything aside. */
  readonly budgetUsd: number;
}

/** The account that a session spends from: that of the delivery which its owner was given. */
export function accountOf(
  { vendor, given, store, time }: Universe,
  project: ProjectName,
  { owner, transcript, budgetUsd }: Spender,
): Account {
  const [kind, subject] = transcript.split("-");
  const queue = kind === "plan" ? "cycle" : kind;
  const token = given.get(`${owner} ${project} ${queue} ${subject}`) ?? null;
  const known = vendor.accounts.get(`${project} ${token}`);
  if (known !== undefined) return known;
  const set = store.projects.get(project)?.reservations.get(String(token));
  const none = { day: dayOf(time.now()), cycle: null, amountUsd: budgetUsd };
  const { day, cycle, amountUsd } = set ?? none;
  const account = { project, token, day, cycle, capUsd: amountUsd, usd: 0, toldUntil: null };
  if (token !== null) vendor.accounts.set(`${project} ${token}`, account);
  return account;
}

/** One request, as the vendor bills it. */
export interface Charge {
  readonly costUsd: number;
  /** The day that the money counts towards. */
  readonly day: string;
}

/** Charges a session for one request. */
export function charge(
  universe: Universe,
  book: Book,
  account: Account,
  { costUsd, day }: Charge,
): void {
  const { bill, overrun } = universe.vendor;
  const add = <K>(map: Map<K, number>, key: K, usd: number) =>
    map.set(key, (map.get(key) ?? 0) + usd);
  const { project, cycle, usd, capUsd } = account;
  universe.vendor.dearestUsd = Math.max(universe.vendor.dearestUsd, costUsd);
  book.costUsd += costUsd;
  book.requests += 1;
  account.usd += costUsd;
  const overUsd = Math.max(0, account.usd - Math.max(usd, capUsd));
  for (const key of [day, `${day} ${project}`, `${project} ${cycle}`]) {
    add(bill, key, costUsd);
    add(overrun, key, overUsd);
  }
  universe.watch.charged({ ...account, day });
}

/** Begins a usage limit where one strikes. */
function limited({ vendor, time, random }: Universe, luck: (kind: FaultKind) => boolean): void {
  const now = time.now();
  const over = vendor.limit !== null && vendor.limit.until <= now;
  if (over) vendor.limit = null;
  const lasts = (most: number) => now + random.between(20_000, most);
  const ends = (until: number): UsageLimit => ({ until, told: until });
  if (over && luck("another limit follows at once")) vendor.limit = ends(lasts(200_000));
  if (luck("usage limit with its end")) vendor.limit = ends(lasts(200_000));
  if (luck("usage limit without its end")) vendor.limit = { until: lasts(60_000), told: null };
  if (luck("usage limit whose end has passed"))
    vendor.limit = { until: lasts(60_000), told: now - random.between(0, 3_600_000) };
}

/**
 * How the vendor, or the machine between, ends a session at this request; null where it does not.
 */
export function trouble(universe: Universe, account: Account): Ending | null {
  const { vendor, time, random } = universe;
  const now = time.now();
  const detail = `${onPurpose}not today`;
  limited(universe, (kind) => strikes(universe, kind));
  if (strikes(universe, "outage")) vendor.outageUntil = now + random.between(1_000, 60_000);
  if (strikes(universe, "key is refused"))
    vendor.keyRefusedUntil = now + random.between(1_000, 60_000);
  if (vendor.limit !== null && vendor.limit.until > now) {
    const { told } = vendor.limit;
    account.toldUntil = told;
    return { kind: "limitReached", resetAt: told === null ? null : instant(told), detail };
  }
  if (vendor.keyRefusedUntil > now) return { kind: "unauthorised", detail };
  if (vendor.outageUntil > now) {
    const retryAfterMs = random.chance(0.5) ? null : random.between(1_000, 40_000);
    return { kind: "overloaded", retryAfterMs, detail };
  }
  if (strikes(universe, "request is refused")) return { kind: "refused", detail };
  return strikes(universe, "session crashes") ? { kind: "crashed", detail } : null;
}
