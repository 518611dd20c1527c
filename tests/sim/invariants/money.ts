/**
 * Money: what the vendor bills is known before it is spent, and no cap is passed by more than a
 * session.
 */
import type { Charged, Invariant, Scene } from "./facts.ts";

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
    for (const { token, settledUsd, amountUsd } of data.reservations.values()) {
      const account = universe.vendor.accounts.get(`${known.land.name} ${token}`);
      if (account === undefined) continue;
      const billedUsd = Math.min(account.usd, account.capUsd);
      const coveredUsd = settledUsd ?? amountUsd;
      if (billedUsd > coveredUsd + slackUsd)
        return `delivery ${token} was billed ${inUsd(billedUsd)}, ${inUsd(coveredUsd)} are covered`;
    }
    return null;
  },
};

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
    const { bill, overrun } = universe.vendor;
    // what counts is the day on which the money was set aside, also where midnight passed since
    const passed = (capUsd: number | null, key: string) =>
      capUsd !== null && (bill.get(key) ?? 0) - (overrun.get(key) ?? 0) > capUsd + slackUsd;
    if (passed(dayUsd, `${day} ${name}`)) return `the day's cap of ${name} is passed`;
    if (passed(portfolioDayUsd, day)) return "the portfolio's cap of the day is passed";
    return cycle !== null && passed(cycleUsd, `${name} ${cycle}`)
      ? `the cap of cycle ${cycle} is passed`
      : null;
  },
};

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
