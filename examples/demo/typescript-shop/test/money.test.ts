import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPrice } from "../src/money.ts";

test("prices have two decimals", () => {
  assert.equal(formatPrice(1205), "12.05");
  assert.equal(formatPrice(0), "0.00");
  assert.equal(formatPrice(-50), "-0.50");
});
