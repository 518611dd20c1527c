/** Adds up what many runs did. */
import { addMoney, type MoneyTally, noMoney } from "./money.ts";
import type { Ran } from "./simulate.ts";

export interface Summary {
  seeds: number;
  deaths: number;
  virtualHours: number;
  landings: number;
  rejections: number;
  conflicts: number;
  releases: number;
  sessions: number;
  readonly money: MoneyTally;
  readonly rows: Map<string, number>;
  readonly faults: Map<string, number>;
  readonly people: Map<string, number>;
  readonly violations: Ran[];
}

/** A summary of nothing. */
export const openSummary = (): Summary => ({
  ...{ seeds: 0, deaths: 0, virtualHours: 0, landings: 0, rejections: 0, conflicts: 0 },
  ...{ releases: 0, sessions: 0, money: noMoney() },
  rows: new Map(),
  faults: new Map(),
  people: new Map(),
  violations: [],
});

/** Adds one run. */
export function addRun(sum: Summary, ran: Ran): void {
  const { tally } = ran;
  sum.seeds += 1;
  sum.deaths += tally.deaths;
  sum.virtualHours += ran.virtualMs / 3_600_000;
  sum.landings += tally.landings;
  sum.rejections += tally.rejections;
  sum.conflicts += tally.conflicts;
  sum.releases += tally.releases;
  sum.sessions += tally.sessions;
  addMoney(sum.money, ran.money);
  addAll(sum.rows, tally.rows);
  addAll(sum.faults, ran.faults);
  addAll(sum.people, ran.people);
  if (ran.violation !== null) sum.violations.push(ran);
}

function addAll(to: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [key, count] of from) to.set(key, (to.get(key) ?? 0) + count);
}

/** What a person wants to know of a summary, line by line. */
export function renderSummary(sum: Summary, seconds: number): string {
  const { seeds, deaths, virtualHours, landings, rejections, conflicts, releases } = sum;
  return [
    `${seeds} seeds in ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} a second`,
    `${deaths} deaths in ${virtualHours.toFixed(0)} virtual hours, ${sum.sessions} sessions`,
    `${landings} landings, ${rejections} rejections, ${conflicts} conflicts, ${releases} releases`,
    ...moneyLines(sum.money),
    `${sum.violations.length} violations`,
  ].join("\n");
}

function moneyLines({ billedUsd, countedUsd, ...held }: MoneyTally): readonly string[] {
  const { caps, reached, overRequests, uncountedUsd } = held;
  return [
    `with a gateway $${billedUsd.toFixed(2)} billed, $${countedUsd.toFixed(2)} counted; ` +
      `no session's books are more than $${uncountedUsd.toFixed(2)} short`,
    `${caps} caps of days and cycles, ${reached} reached, ` +
      `passed by ${overRequests.toFixed(2)} requests at most`,
  ];
}

/** A violation with the seed that shows it and what led to it. */
export function renderViolation({ seed, violation, trace }: Ran): string {
  const { promise, invariant, what } = violation ?? { promise: "", invariant: "", what: "" };
  return [
    ...trace,
    `seed ${seed} breaks ${promise}, “${invariant}”: ${what}`,
    `see it again: npm run sim -- --seed ${seed} --trace`,
  ].join("\n");
}
