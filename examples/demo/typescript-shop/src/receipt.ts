import { type Cart, subtotal } from "./cart.ts";
import { type Cents, formatPrice } from "./money.ts";

export interface ReceiptLine {
  readonly label: string;
  readonly amount: Cents;
}

/** Returns the sums at the foot of a receipt. */
export function receiptLines(cart: Cart): readonly ReceiptLine[] {
  const goods = subtotal(cart);
  return [
    { label: "Goods", amount: goods },
    { label: "Total", amount: goods },
  ];
}

/** Returns the foot of a receipt as text, amounts aligned to the right. */
export function renderReceipt(cart: Cart): string {
  return receiptLines(cart)
    .map(({ label, amount }) => label.padEnd(16) + formatPrice(amount).padStart(10))
    .join("\n");
}
