/**
 * Money: what the vendor bills is known before it is spent, and no cap is passed by more than a
 * session.
 */
import type { Token } from "../../../src/core/ids.ts";
import type { Reservation } from "../../../src/core/records.ts";
import { dayOf } from "../world/vendor.ts";
import type { Charged, Invariant, Scene, Writing } from "./facts.ts";

/** Sums of floats. */
const slackUsd = 1e-6;

/**
 * G5: no delivery is billed more than is settled or reserved for it, but for its session's last
 * request.
 */
export const billIsCovered: Invariant<Scene> = {
  name: "the bill is covered",
  promise: "G5",
  check({ universe, known, data }) {
    const isMetered = known.land.rules.limits.metered === true;
    for (const { token, coveredUsd } of deliveriesIn(data.reservations.values())) {
      const account = universe.vendor.accounts.get(`${known.land.name} ${token}`);
      if (account === undefined) continue;
      // with a gateway the last request was set aside, too
      const billedUsd = isMetered ? account.usd : Math.min(account.usd, account.capUsd);
      if (billedUsd > coveredUsd + slackUsd)
        return `delivery ${token} was billed ${inUsd(billedUsd)}, ${inUsd(coveredUsd)} are covered`;
    }
    return null;
  },
};

/** What counts for each delivery, on all of its days. */
function deliveriesIn(reservations: Iterable<Reservation>) {
  const sums = new Map<Token, number>();
  for (const { token, pastOf = token, settledUsd, amountUsd } of reservations)
    sums.set(pastOf, (sums.get(pastOf) ?? 0) + (settledUsd ?? amountUsd));
  return [...sums].map(([token, coveredUsd]) => ({ token, coveredUsd }));
}

const inUsd = (usd: number): string => `$${usd.toFixed(3)}`;

/** G5: a session spends what its delivery set aside, never from nowhere. */
export const sessionsSpendWhatIsTheirs: Invariant<Charged> = {
  name: "sessions spend what is theirs",
  promise: "G5",
  check({ data, account: { token } }) {
    return data.reservations.has(String(token)) ? null : "a session spends what nobody set aside";
  },
};

/** G5: the caps of days, of a project and of the portfolio, and of cycles hold in the bill. */
export const capsHold: Invariant<Charged> = {
  name: "caps hold",
  promise: "G5",
  check({ universe, known, account: { day, cycle } }) {
    const { name, rules } = known.land;
    const { dayUsd, portfolioDayUsd, cycleUsd } = rules.limits.caps;
    const { bill, overrun, dearestUsd } = universe.vendor;
    const isMetered = rules.limits.metered === true;
    // with a gateway one request passes a cap, else the last one of each session
    const beyondUsd = (key: string) => (isMetered ? dearestUsd : (overrun.get(key) ?? 0));
    // without a gateway the day counts on which the session began, also where midnight has passed
    const passed = (capUsd: number | null, key: string) =>
      capUsd !== null && (bill.get(key) ?? 0) > capUsd + beyondUsd(key) + slackUsd;
    if (passed(dayUsd, `${day} ${name}`)) return `the day's cap of ${name} is passed`;
    if (passed(portfolioDayUsd, day)) return "the portfolio's cap of the day is passed";
    return cycle !== null && passed(cycleUsd, `${name} ${cycle}`)
      ? `the cap of cycle ${cycle} is passed`
      : null;
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
      const isRaised = amountUsd > before.amountUsd || before.day !== change.reservation.day;
      if (metered.requests === before.metered.requests || !isRaised) continue;
      const all = [...data.reservations.values()];
      const shares = [...universe.store.portfolio.shares.values()];
      const isOver = (cap: number | null, counted: readonly Counted[]): boolean =>
        cap !== null && sumOf(counted) > cap + slackUsd;
      const ofCycle = all.filter((each) => each.cycle === cycle);
      // a new day alone takes no more of the cycle's money
      const isMore = amountUsd > before.amountUsd;
      if (cycle !== null && isMore && isOver(cycleUsd, ofCycle))
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

/** G5: a request counts to the day on which it is sent, whenever its session began. */
export const requestsCountToTheirDay: Invariant<Writing> = {
  name: "requests count to their day",
  promise: "G5",
  check({ universe, data, changes }) {
    const today = dayOf(universe.time.now());
    for (const change of changes) {
      if (change.kind !== "reservation") continue;
      const { token, metered, day } = change.reservation;
      const before = data.reservations.get(String(token))?.metered?.requests ?? 0;
      if ((metered?.requests ?? 0) > before && day !== today)
        return `a request of delivery ${token} is sent on ${today}, and counts to ${day}`;
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
