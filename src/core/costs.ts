/** What reservations come to: by any key, by model, and where a day's spending leads. */
import type { Token } from "./ids.ts";
import { addUsage, knownUsd, lostUsd } from "./metered.ts";
import type { Reservation, Usage } from "./records.ts";

/** US dollars settled. */
export const settledUsd = (spent: readonly Reservation[]): number =>
  spent.reduce((sum, each) => sum + (each.settledUsd ?? 0), 0);

/** US dollars that what still runs has set aside. */
export const reservedUsd = (spent: readonly Reservation[]): number =>
  spent.reduce((sum, each) => sum + (each.settledUsd === null ? each.amountUsd : 0), 0);

/** US dollars that count as spent although nobody knows the bill. */
export const unknownBillUsd = (spent: readonly Reservation[]): number =>
  spent.reduce((sum, each) => sum + (each.settledUsd === null ? 0 : lostUsd(each)), 0);

const noUsage: readonly Usage[] = [];

/** What each model was used for, the dearest first; only of sessions that passed the gateway. */
export const byModel = (spent: readonly Reservation[]): readonly Usage[] =>
  [...spent.flatMap(({ metered }) => metered?.usage ?? []).reduce(addUsage, noUsage)].sort(
    (a, b) => b.costUsd - a.costUsd,
  );

/** US dollars that are not told by model: of sessions without a gateway, and of cut answers. */
export const unassignedUsd = (spent: readonly Reservation[]): number =>
  Math.max(0, settledUsd(spent) - byModelUsd(spent));

const byModelUsd = (spent: readonly Reservation[]): number =>
  spent.reduce(
    (sum, { metered, settledUsd: is }) =>
      sum + (metered === undefined || is === null ? 0 : knownUsd(metered)),
    0,
  );

/** The share of all that went in which was read from the cache; null where nothing went in. */
export function cacheHits(usage: readonly Usage[]): number | null {
  const read = usage.reduce((sum, each) => sum + each.cacheReadTokens, 0);
  const all = usage.reduce(
    (sum, each) => sum + each.inputTokens + each.cacheReadTokens + each.cacheWriteTokens,
    0,
  );
  return all === 0 ? null : read / all;
}

/** Where a day's spending leads if it goes on as so far. */
export interface Forecast {
  /** US dollars at the day's end. */
  readonly dayUsd: number;
  /** The share of the day, 0 to 1, at which the cap is reached; null where it is not. */
  readonly capAt: number | null;
}

/** Less of a day tells nothing about the rest of it. */
const toldByMin = 1 / 48;

/** Forecasts a day of which the share `past` (0 to 1) is over; null where too little is. */
export function forecast(spentUsd: number, capUsd: number | null, past: number): Forecast | null {
  if (past < toldByMin || past > 1) return null;
  const dayUsd = spentUsd / past;
  const isReached = capUsd !== null && dayUsd >= capUsd && spentUsd > 0;
  return { dayUsd, capAt: isReached ? Math.min(1, (past * capUsd) / spentUsd) : null };
}

/** What a project's sessions of one role cost so far, in US dollars; the plain cap without any. */
export interface RoleHistory {
  readonly sessions: number;
  readonly meanUsd: number;
  readonly mostUsd: number;
}

/** What each session of one project cost that cost anything; one may have gone over midnight. */
export function sessionsOf(spent: readonly Reservation[]): ReadonlyMap<Token, number> {
  const costs = new Map<Token, number>();
  for (const { token, pastOf = token, settledUsd: usd } of spent)
    if (usd !== null && usd > 0) costs.set(pastOf, (costs.get(pastOf) ?? 0) + usd);
  return costs;
}

/** What sessions of a role cost so far; those that cost nothing tell nothing. */
export function historyOf(spent: readonly Reservation[], role: Reservation["role"]): RoleHistory {
  const costs = [...sessionsOf(spent.filter((each) => each.role === role)).values()];
  const sum = costs.reduce((all, each) => all + each, 0);
  const sessions = costs.length;
  return { sessions, meanUsd: sessions === 0 ? 0 : sum / sessions, mostUsd: Math.max(0, ...costs) };
}

/** What a cycle may cost, in US dollars. */
export interface Bound {
  /** As sessions went so far; null where too few went. */
  readonly likelyUsd: number | null;
  /** Never more than this, but for one request. */
  readonly mostUsd: number;
}

/** Fewer sessions of a role tell nothing about the next. */
const toldByFew = 3;

/** Bounds what one cycle may cost: its planning, and work and judgement of each of its tasks. */
export function boundOf(
  spent: readonly Reservation[],
  plan: {
    readonly planned: boolean;
    readonly tasks: number;
    readonly attempts: number;
    readonly sessionUsd: Readonly<Record<Reservation["role"], number>>;
    /** What is left under the caps of cycle and day, in US dollars; null: no cap. */
    readonly leftUsd: number | null;
  },
): Bound {
  const { planned, tasks, attempts, sessionUsd } = plan;
  const [planner, worker, judge] = (["planner", "worker", "judge"] as const).map((role) =>
    historyOf(spent, role),
  );
  const each = sessionUsd.worker + sessionUsd.judge;
  const most = (planned ? sessionUsd.planner : 0) + tasks * attempts * each;
  const mostUsd = plan.leftUsd === null ? most : Math.min(most, Math.max(0, plan.leftUsd));
  const isTold =
    (!planned || (planner?.sessions ?? 0) >= toldByFew) && (worker?.sessions ?? 0) >= toldByFew;
  if (!isTold || worker === undefined) return { likelyUsd: null, mostUsd };
  const likely =
    (planned ? (planner?.meanUsd ?? 0) : 0) + tasks * (worker.meanUsd + (judge?.meanUsd ?? 0));
  return { likelyUsd: Math.min(mostUsd, likely), mostUsd };
}
