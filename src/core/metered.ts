/**
 * The requests of one delivery: the most that each can cost is set aside before it is sent, within
 * what the delivery has set aside, and settled with what the vendor says that it used.
 */
import { type Caps, roomsUnder } from "./budget.ts";
import type { Spent } from "./ledger.ts";
import type { Metered, Reservation, Usage } from "./records.ts";

/** The account of a delivery that has sent nothing yet; its session may have, before. */
export const unspent = (asideUsd: number, carriedUsd: number): Metered => ({
  ...{ capUsd: asideUsd + carriedUsd, carriedUsd, requests: 0, usage: [], open: [], brokenUsd: 0 },
  ...(carriedUsd > 0 ? { asideUsd } : {}),
});

const sum = (amounts: readonly number[]): number => amounts.reduce((all, each) => all + each, 0);

/** What is set aside while the session needs no more, in US dollars. */
export const asideOf = ({ capUsd, asideUsd }: Metered): number => asideUsd ?? capUsd;

/** What is known to have been charged, in US dollars. */
export const knownUsd = ({ usage }: Pick<Metered, "usage">): number =>
  sum(usage.map(({ costUsd }) => costUsd));

export const openUsd = ({ open }: Metered): number => sum(open.map(({ worstUsd }) => worstUsd));

/** The most that requests can have cost whose ends nobody knows, in US dollars. */
export const unknownUsd = (metered: Metered): number => openUsd(metered) + metered.brokenUsd;

/** The most that a delivery can have been charged so far, in US dollars. */
export const committedUsd = (metered: Metered): number => knownUsd(metered) + unknownUsd(metered);

/** What of a settled reservation nobody knows the bill of, in US dollars. */
export function lostUsd({ lost, metered, settledUsd }: Reservation): number {
  if (lost !== true) return 0;
  return metered === undefined ? (settledUsd ?? 0) : unknownUsd(metered);
}

/** A request that asks to be sent. */
export interface Ask {
  /** The most that it can cost, in US dollars. */
  readonly worstUsd: number;
  /** What its session used before this delivery by its own record, in US dollars. */
  readonly earlierUsd: number;
}

export type Opened =
  | { readonly kind: "granted"; readonly number: number; readonly reservation: Reservation }
  /**
   * `cap`: a cap is reached; `unknown`: nothing but requests that were cut off fill the session's
   * own; `busy`: it is asked again once another request of the session has ended.
   */
  | { readonly kind: "refused"; readonly cause: "cap" | "unknown" | "busy"; readonly why: string };

/** What a request is held against beyond its own session. */
export interface Purses {
  readonly caps: Caps;
  readonly spent: Spent;
}

/** Sums of floats. */
const slackUsd = 1e-9;

/**
 * Lets a request be sent, and sets its worst case aside. A session that has something left may send
 * one request that takes more than that; a cap above it is passed by one such request at a time.
 */
export function openRequest(reservation: Reservation, ask: Ask, above: Purses): Opened {
  const refused = (cause: "cap" | "unknown" | "busy", why: string): Opened => ({
    ...{ kind: "refused", cause, why },
  });
  const { metered } = reservation;
  if (metered === undefined || reservation.settledUsd !== null)
    return refused("cap", "the session is over");
  const { requestUsd = null } = above.caps;
  if (requestUsd !== null && ask.worstUsd > requestUsd) {
    const most = `$${ask.worstUsd.toFixed(2)}`;
    return refused("cap", `it can cost ${most}; the cap of a request is $${requestUsd.toFixed(2)}`);
  }
  // both count the same requests: the session's record what it heard, the ledger what was sent
  const before = Math.max(ask.earlierUsd, metered.carriedUsd);
  const committed = committedUsd(metered);
  if (before + committed >= metered.capUsd) {
    const why = `the session's cap, $${metered.capUsd.toFixed(2)}, is reached`;
    if (before + knownUsd(metered) >= metered.capUsd) return refused("cap", why);
    if (before + committed - openUsd(metered) < metered.capUsd) return refused("busy", why);
    return refused("unknown", `${why} by requests whose answers were cut off`);
  }
  const amountUsd = Math.max(reservation.amountUsd, committed + ask.worstUsd);
  const passed = roomsUnder(above.caps, above.spent, { today: above.spent.everywhere })[0];
  if (amountUsd > reservation.amountUsd && passed !== undefined && passed.leftUsd < -slackUsd)
    return refused("cap", passed.sentence);
  const number = metered.requests + 1;
  const open = [...metered.open, { number, worstUsd: ask.worstUsd }];
  const next = { ...metered, requests: number, open, carriedUsd: before };
  return { kind: "granted", number, reservation: { ...reservation, amountUsd, metered: next } };
}

/** What a request came to. */
export type Came =
  /** The vendor said what it used. */
  | { readonly kind: "answered"; readonly usage: Usage }
  /** It was turned down, and costs nothing. */
  | { readonly kind: "free" }
  /** Its answer was cut off; `mostUsd` is the most that it can have cost. */
  | { readonly kind: "broken"; readonly mostUsd: number };

/** Takes a request's worst case back, and counts what it came to; null where it was told before. */
export function closeRequest(
  reservation: Reservation,
  number: number,
  came: Came,
): Reservation | null {
  const { metered } = reservation;
  const request = metered?.open.find((each) => each.number === number);
  if (metered === undefined || request === undefined) return null;
  const open = metered.open.filter((each) => each !== request);
  const most = came.kind === "broken" ? Math.min(came.mostUsd, request.worstUsd) : 0;
  const next: Metered = {
    ...metered,
    open,
    brokenUsd: metered.brokenUsd + most,
    usage: came.kind === "answered" ? addUsage(metered.usage, came.usage) : metered.usage,
  };
  if (reservation.settledUsd !== null) return settled({ ...reservation, metered: next }, 0);
  return { ...reservation, metered: next, amountUsd: Math.max(asideOf(next), committedUsd(next)) };
}

/**
 * Settles a reservation: at what its requests came to where they were counted one by one, else at
 * what its session reports to have cost.
 */
export function settled(reservation: Reservation, reportedUsd: number): Reservation {
  const { metered, lost: _, ...rest } = reservation;
  if (metered === undefined) return { ...rest, settledUsd: reportedUsd };
  const settledUsd = committedUsd(metered);
  const amountUsd = Math.max(metered.capUsd, settledUsd);
  const isLost = unknownUsd(metered) > 0;
  return { ...rest, amountUsd, settledUsd, metered, ...(isLost ? { lost: true } : {}) };
}

/** Adds one lot of tokens to the sums by model. */
export function addUsage(sums: readonly Usage[], more: Usage): readonly Usage[] {
  const had = sums.find(({ model }) => model === more.model);
  if (had === undefined) return [...sums, more];
  const both: Usage = {
    model: more.model,
    inputTokens: had.inputTokens + more.inputTokens,
    outputTokens: had.outputTokens + more.outputTokens,
    cacheReadTokens: had.cacheReadTokens + more.cacheReadTokens,
    cacheWriteTokens: had.cacheWriteTokens + more.cacheWriteTokens,
    costUsd: had.costUsd + more.costUsd,
  };
  return sums.map((each) => (each === had ? both : each));
}
