/** What a sweep found, in figures and in words. */
import type { Outcome } from "./story.ts";

export interface Figures {
  readonly points: number;
  /** Points that did not come up when their turn was there. */
  readonly missed: number;
  readonly different: number;
  readonly overpaid: number;
  readonly leftovers: number;
  /** Requests beyond the clean run's, at most and on average. */
  readonly excessMax: number;
  readonly excessMean: number;
  readonly recoveryMedianMs: number | null;
  readonly recoveryWorstMs: number | null;
}

/** Tells whether a story came out as if nothing had happened. */
export const isRight = ({ differences, overpaid, leftovers }: Outcome): boolean =>
  differences.length + overpaid.length + leftovers.length === 0;

/** Sums outcomes up. */
export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const died = outcomes.filter((each) => each.died);
  const times = died.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((a, b) => a - b);
  const excess = died.map((each) => each.excess);
  return {
    points: died.length,
    missed: outcomes.length - died.length,
    different: outcomes.filter(({ differences }) => differences.length > 0).length,
    overpaid: outcomes.filter(({ overpaid }) => overpaid.length > 0).length,
    leftovers: outcomes.filter(({ leftovers }) => leftovers.length > 0).length,
    excessMax: Math.max(0, ...excess),
    excessMean: excess.reduce((sum, each) => sum + each, 0) / Math.max(1, excess.length),
    recoveryMedianMs: times[Math.floor(times.length / 2)] ?? null,
    recoveryWorstMs: times.at(-1) ?? null,
  };
}

/** Says what is wrong with an outcome, and how to see it again. */
export function renderOutcome(outcome: Outcome): string {
  const { point, differences, overpaid, leftovers } = outcome;
  return [
    `WRONG after death at: ${point}`,
    ...differences,
    ...overpaid.map((each) => `paid: ${each}`),
    ...leftovers.map((each) => `left: ${each}`),
    `again: npm run crash -- --point '${point}'`,
  ].join("\n  ");
}

/** The figures as lines. */
export function renderFigures(figures: Figures): string {
  const seconds = (ms: number | null): string =>
    ms === null ? "-" : `${(ms / 1_000).toFixed(2)} s`;
  return [
    `points                 ${figures.points} (${figures.missed} did not come up)`,
    `end state differs      ${figures.different}`,
    `paid twice             ${figures.overpaid}`,
    `left behind            ${figures.leftovers}`,
    `requests lost          ${figures.excessMean.toFixed(2)} a crash, ${figures.excessMax} at most`,
    `recovery               median ${seconds(figures.recoveryMedianMs)}, worst ${seconds(figures.recoveryWorstMs)}`,
  ].join("\n");
}
