/** Figures of several runs: smallest, middle, largest. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Spreads at least one figure, rounded to `digits` decimals. */
export function spread(figures: readonly number[], digits: number): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
  const middle = (at(0.5) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN)) / 2;
  const round = (figure: number): number => Number(figure.toFixed(digits));
  return { min: round(at(0)), median: round(middle), max: round(at(1)) };
}

/** `median (min-max)`, or the figure alone where there is one run. */
export function inWords({ min, median, max }: Spread): string {
  return min === max ? `${median}` : `${median} (${min}-${max})`;
}
