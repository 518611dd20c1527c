import assert from "node:assert/strict";
import { test } from "node:test";
import { addItem, subtotal } from "../src/cart.ts";

const tea = { title: "Tea", price: 450 };
const cup = { title: "Cup", price: 990 };

test("the same item joins its line, another one gets its own", () => {
  const cart = addItem(addItem(addItem([], tea, 1), cup, 1), tea, 2);
  assert.deepEqual(cart, [
    { item: tea, quantity: 3 },
    { item: cup, quantity: 1 },
  ]);
});

test("the goods are summed up", () => {
  assert.equal(subtotal(addItem(addItem([], tea, 3), cup, 1)), 2340);
  assert.equal(subtotal([]), 0);
});
