/** A whole number of cents, so that sums are exact. */
export type Cents = number;

/** Returns an amount as a text with two decimals, such as `12.05` or `-0.50`. */
export function formatPrice(amount: Cents): string {
  const sign = amount < 0 ? "-" : "";
  const cents = Math.abs(amount);
  return `${sign}${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
