import assert from "node:assert/strict";
import { test } from "node:test";
import { addItem } from "../src/cart.ts";
import { receiptLines, renderReceipt } from "../src/receipt.ts";

const cart = addItem([], { title: "Tea", price: 450 }, 2);

test("a receipt shows the goods and the total", () => {
  assert.deepEqual(receiptLines(cart), [
    { label: "Goods", amount: 900 },
    { label: "Total", amount: 900 },
  ]);
});

test("amounts are aligned to the right", () => {
  const [first] = renderReceipt(cart).split("\n");
  assert.equal(first, "Goods                 9.00");
});
