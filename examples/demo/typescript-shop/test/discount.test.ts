import assert from "node:assert/strict";
import { test } from "node:test";
import { discounted } from "../src/discount.ts";

test("a discount is taken off the price", () => {
  assert.equal(discounted(1000, 10), 900);
  assert.equal(discounted(1000, 0), 1000);
  assert.equal(discounted(1000, 100), 0);
});

test("what is no discount is refused", () => {
  assert.throws(() => discounted(1000, -1), RangeError);
  assert.throws(() => discounted(1000, 101), RangeError);
});
