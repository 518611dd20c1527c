import type { Cents } from "./money.ts";

export interface Item {
  readonly title: string;
  readonly price: Cents;
}

export interface Line {
  readonly item: Item;
  readonly quantity: number;
}

export type Cart = readonly Line[];

/** Returns the cart with an item added; the same item joins its line. */
export function addItem(cart: Cart, item: Item, quantity: number): Cart {
  const known = cart.find((line) => line.item.title === item.title);
  if (known === undefined) return [...cart, { item, quantity }];
  const joined = { item, quantity: known.quantity + quantity };
  return cart.map((line) => (line === known ? joined : line));
}

/** Sums up the goods. */
export function subtotal(cart: Cart): Cents {
  return cart.reduce((sum, { item, quantity }) => sum + item.price * quantity, 0);
}
