/**
 * Money: what the vendor bills is known before it is spent, and no cap is passed by more than a
 * session.
 */
import type { ProjectData } from "../../../src/adapters/engine/memory/rows.ts";
import type { Universe } from "../world/universe.ts";
import { dayOf } from "../world/vendor.ts";
import type { Invariant, Scene, Writing } from "./facts.ts";

/** Sums of floats. */
const slackUsd = 1e-6;

/**
 * G5: the bill is never more than what is settled and reserved, but for a session's last request.
 */
export const billIsCovered: Invariant<Scene> = {
  name: "the bill is covered",
  promise: "G5",
  check({ universe, known, data }) {
    const { bill, overrun } = universe.vendor;
    const { name, rules } = known.land;
    // with a gateway the last request was set aside, too
    const over = rules.limits.metered === true ? 0 : (overrun.get(name) ?? 0);
    const billed = (bill.get(name) ?? 0) - over;
    const covered = coveredBy(data);
    if (billed <= covered + slackUsd) return null;
    return `$${billed.toFixed(3)} were billed, $${covered.toFixed(3)} are settled or reserved`;
  },
};

function coveredBy({ reservations }: ProjectData): number {
  let sum = 0;
  for (const { settledUsd, amountUsd } of reservations.values()) sum += settledUsd ?? amountUsd;
  return sum;
}

/** G5: a day's caps, of a project and of the portfolio, hold in the vendor's bill. */
export const capsHold: Invariant<Scene> = {
  name: "caps hold",
  promise: "G5",
  check({ universe, known }) {
    const { name, rules } = known.land;
    const { dayUsd, portfolioDayUsd } = rules.limits.caps;
    const day = dayOf(universe.time.now());
    // sessions that began before midnight are billed after it
    const early = (universe.time.now() % 86_400_000) / 60_000 < 10;
    const isMetered = rules.limits.metered === true;
    const last = isMetered ? universe.vendor.dearestUsd + slackUsd : lastRequests(universe);
    const slack = last + (early ? rules.limits.sessionUsd.worker : 0);
    const passed = (cap: number | null, key: string) =>
      cap !== null && (universe.vendor.billOfDay.get(key) ?? 0) > cap + slack;
    if (passed(dayUsd, `${day} ${name}`)) return `the day's cap of ${name} is passed`;
    return passed(portfolioDayUsd, day) ? "the portfolio's cap of the day is passed" : null;
  },
};

/** G5: no cap of a session, a cycle or a day is passed in the books by more than one request. */
export const oneRequestOver: Invariant<Scene> = {
  name: "one request over, at most",
  promise: "G5",
  check({ universe, known, data }) {
    const { rules } = known.land;
    if (rules.limits.metered !== true) return null;
    const worst = universe.vendor.worstUsd + slackUsd;
    const { cycleUsd } = rules.limits.caps;
    const cycles = new Map<string, number>();
    for (const { metered, settledUsd, amountUsd, cycle } of data.reservations.values()) {
      const counted = settledUsd ?? amountUsd;
      if (metered !== undefined && counted > metered.capUsd + metered.brokenUsd + worst)
        return `$${counted.toFixed(3)} count for a session of $${metered.capUsd.toFixed(3)}`;
      if (cycle !== null) cycles.set(cycle, (cycles.get(cycle) ?? 0) + counted);
    }
    for (const [cycle, counted] of cycles)
      if (cycleUsd !== null && counted > cycleUsd + worst)
        return `cycle ${cycle} counts $${counted.toFixed(3)} of $${cycleUsd}`;
    return null;
  },
};

/** G5: a request that passes a cap above its session's own is the only one to do so. */
export const passesAlone: Invariant<Writing> = {
  name: "one passes a cap alone",
  promise: "G5",
  check({ universe, known, data, changes }) {
    const { cycleUsd, dayUsd, portfolioDayUsd } = known.land.rules.limits.caps;
    const today = dayOf(universe.time.now());
    for (const change of changes) {
      if (change.kind !== "reservation" || change.reservation.settledUsd !== null) continue;
      const { token, metered, amountUsd, cycle } = change.reservation;
      const before = data.reservations.get(String(token));
      if (before?.metered === undefined || metered === undefined) continue;
      if (metered.requests === before.metered.requests || amountUsd <= before.amountUsd) continue;
      const all = [...data.reservations.values()];
      const shares = [...universe.store.portfolio.shares.values()];
      const isOver = (cap: number | null, counted: readonly Counted[]): boolean =>
        cap !== null && sumOf(counted) > cap + slackUsd;
      const ofCycle = all.filter((each) => each.cycle === cycle);
      const running = cycle === null ? null : data.cycles.get(cycle)?.state.at;
      if (running === "running" && isOver(cycleUsd, ofCycle))
        return `cycle ${cycle} is over its cap`;
      if (
        isOver(
          dayUsd,
          all.filter(({ day }) => day === today),
        )
      )
        return "the day is over its cap";
      const passed = isOver(
        portfolioDayUsd,
        shares.filter(({ day }) => day === today),
      );
      if (passed) return "the portfolio's day is over its cap";
    }
    return null;
  },
};

interface Counted {
  readonly settledUsd: number | null;
  readonly amountUsd: number;
}

const sumOf = (counted: readonly Counted[]): number =>
  counted.reduce((sum, { settledUsd, amountUsd }) => sum + (settledUsd ?? amountUsd), 0);

/** By as much as sessions passed their own caps with their last requests. */
const lastRequests = ({ vendor }: Universe): number =>
  [...vendor.overrun.values()].reduce((sum, each) => sum + each, slackUsd);

/** G5: the portfolio's books never count less than a project's own. */
export const portfolioCountsEnough: Invariant<Scene> = {
  name: "the portfolio counts enough",
  promise: "G5",
  check({ universe, known, data }) {
    if (data.writes % 4 !== 0) return null; // what is wrong stays wrong: seen soon enough
    const shares = new Map<number, number>();
    for (const {
      project,
      token,
      settledUsd,
      amountUsd,
    } of universe.store.portfolio.shares.values())
      if (project === known.land.name) shares.set(token, settledUsd ?? amountUsd);
    for (const { token, settledUsd, amountUsd } of data.reservations.values())
      if ((shares.get(token) ?? 0) + slackUsd < (settledUsd ?? amountUsd))
        return `the portfolio counts too little for delivery ${token}`;
    return null;
  },
};
