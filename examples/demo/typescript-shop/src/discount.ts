import type { Cents } from "./money.ts";

/** Returns a price with `percent` taken off. */
export function discounted(price: Cents, percent: number): Cents {
  if (percent < 0 || percent > 100) throw new RangeError(`not a discount: ${percent} %`);
  return Math.floor((price * (100 - percent)) / 100);
}
