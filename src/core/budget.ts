/** Money is set aside before it can be spent: a session starts only where its cap still fits. */
import type { Money, PortfolioView, Spent, View } from "./ledger.ts";
import { raisedOn } from "./project.ts";

/** US dollars; null where there is no cap. */
export interface Caps {
  /** Of a single request. */
  readonly requestUsd?: number | null;
  readonly cycleUsd: number | null;
  readonly dayUsd: number | null;
  readonly portfolioDayUsd: number | null;
}

/** The caps of a day: a person may have raised the project's. */
export function capsOn(caps: Caps, { project, day }: Pick<View, "day" | "project">): Caps {
  const raisedUsd = raisedOn(project, day);
  if (raisedUsd === 0 || caps.dayUsd === null) return caps;
  return { ...caps, dayUsd: caps.dayUsd + raisedUsd };
}

export type Grant =
  | { readonly kind: "granted"; readonly amountUsd: number }
  | { readonly kind: "refused"; readonly why: string };

/**
 * A session that gets less than this share of its own cap would end before it has done anything.
 */
const worthwhile = 0.2;

/** Grants a session its cap, or what is left below the tightest cap above it. */
export function grant(
  wantUsd: number,
  caps: Caps,
  spent: Pick<Spent, "cycle" | "today">,
  portfolio: PortfolioView,
): Grant {
  const tightest = roomsUnder(caps, spent, portfolio)[0];
  if (tightest === undefined || tightest.leftUsd >= wantUsd)
    return { kind: "granted", amountUsd: wantUsd };
  const leastUsd = wantUsd * worthwhile;
  if (tightest.leftUsd >= leastUsd) return { kind: "granted", amountUsd: tightest.leftUsd };
  const needs = `the session would set aside ${usd(wantUsd)}, and needs at least ${usd(leastUsd)}`;
  return { kind: "refused", why: `${tightest.sentence}; ${needs}` };
}

/** Amounts below a cent are told too: rounded, they would seem to be nothing. */
const usd = (amount: number): string => `$${amount.toFixed(amount < 0.01 ? 4 : 2)}`;

/** What a cap leaves, in US dollars, and how much of it is used, in a sentence. */
export interface Room {
  readonly leftUsd: number;
  readonly sentence: string;
}

/** What is left under each cap above a session's own, the tightest first. */
export function roomsUnder(
  caps: Caps,
  spent: Pick<Spent, "cycle" | "today">,
  portfolio: Pick<PortfolioView, "today">,
): readonly Room[] {
  return [
    roomUnder("the cycle's cap", caps.cycleUsd, spent.cycle),
    roomUnder("the project's cap for today", caps.dayUsd, spent.today),
    roomUnder("the portfolio's cap for today", caps.portfolioDayUsd, portfolio.today),
  ]
    .filter((each) => each !== null)
    .sort((a, b) => a.leftUsd - b.leftUsd);
}

function roomUnder(
  what: string,
  capUsd: number | null,
  { settledUsd, reservedUsd }: Money,
): Room | null {
  if (capUsd === null) return null;
  const used = settledUsd + reservedUsd;
  const sentence = `${what}, $${capUsd.toFixed(2)}, has $${used.toFixed(2)} spent or reserved`;
  return { leftUsd: capUsd - used, sentence };
}
