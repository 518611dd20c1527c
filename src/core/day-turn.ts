/**
 * Midnight while a session goes on: what it spent stays with the day that is over; what it has set
 * aside and not used goes with it into the new day, as far as that day has room.
 */
import { type Caps, roomsUnder } from "./budget.ts";
import type { Money, Past, Spent } from "./ledger.ts";
import {
  type Ask,
  asideOf,
  knownUsd,
  type Opened,
  openRequest,
  openUsd,
  type Purses,
} from "./metered.ts";
import type { Metered, Reservation } from "./records.ts";

/** A request that was asked for, and what of its delivery stays with a day that is over. */
export type OpenedOn = Opened & { readonly past: Past | null };

/** Lets a request be sent on `day`, or not: it is held against that day's caps and counts to it. */
export function openOn(day: string, reservation: Reservation, ask: Ask, above: Purses): OpenedOn {
  const { metered, settledUsd } = reservation;
  if (metered === undefined || settledUsd !== null || reservation.day === day)
    return { ...openRequest(reservation, ask, above), past: null };
  const { past, moved, spent } = turnTo(day, { ...reservation, metered }, above);
  const opened = openRequest(moved, ask, { ...above, spent });
  if (opened.kind === "granted") return { ...opened, past };
  // what is under way came along: once it has ended there may be room
  const isBusy = opened.cause === "cap" && metered.open.length > 0;
  return { ...opened, ...(isBusy ? { cause: "busy" } : {}), past: null };
}

/**
 * Moves a delivery whose session is not over to another day. Requests that are under way go with
 * it: the new day may count too much, never too little.
 */
function turnTo(
  day: string,
  reservation: Reservation & { readonly metered: Metered },
  { caps, spent }: { readonly caps: Caps; readonly spent: Spent },
): { readonly past: Past | null; readonly moved: Reservation; readonly spent: Spent } {
  const { metered } = reservation;
  const known = knownUsd(metered);
  const usd = known + metered.brokenUsd;
  const past = usd === 0 ? null : pastOf(reservation, metered, known);
  // of its cycle's money it takes no more than before
  const restUsd = Math.max(0, asideOf(metered) - usd);
  const days = { ...caps, cycleUsd: null };
  const roomUsd = roomsUnder(days, spent, { today: spent.everywhere })[0]?.leftUsd ?? restUsd;
  const asideUsd = Math.min(restUsd, Math.max(0, roomUsd));
  const next: Metered = {
    ...{ ...metered, usage: [], brokenUsd: 0, asideUsd },
    carriedUsd: metered.carriedUsd + usd,
  };
  const amountUsd = Math.max(asideUsd, openUsd(next));
  const cycleUsd = usd + amountUsd - reservation.amountUsd;
  return {
    past,
    moved: { ...reservation, day, amountUsd, metered: next },
    spent: {
      today: withReserved(spent.today, amountUsd),
      everywhere: withReserved(spent.everywhere, amountUsd),
      cycle: withReserved(spent.cycle, reservation.cycle === null ? 0 : cycleUsd),
    },
  };
}

function pastOf(reservation: Reservation, metered: Metered, known: number): Past {
  const { token, role, task, cycle, day, at } = reservation;
  const usd = known + metered.brokenUsd;
  return {
    ...{ pastOf: token, role, task, cycle, day, at, amountUsd: usd, settledUsd: usd },
    ...(metered.brokenUsd > 0 ? { lost: true } : {}),
    metered: { ...metered, capUsd: known, open: [] },
  };
}

const withReserved = ({ settledUsd, reservedUsd }: Money, moreUsd: number): Money => ({
  settledUsd,
  reservedUsd: reservedUsd + moreUsd,
});
