import { expect, test } from "vitest";
import { modelAddress, wrongAddress } from "../../src/core/model-address.ts";

test.each([
  [undefined, null],
  ["", null],
  ["http://127.0.0.1:4000/v1", "http://127.0.0.1:4000/v1"],
  ["https://example.org", "https://example.org"],
])("the address %s of the model's is %s", (given, address) => {
  const env = { ANTHROPIC_BASE_URL: given };
  expect(modelAddress(env)).toBe(address);
  expect(wrongAddress(env)).toBeNull();
});

test.each(["nope", " ", "localhost:4000", "ftp://example.org", "http://"])(
  "the address %j of the model's is refused, with the variable's name and what to do",
  (given) => {
    const trouble = wrongAddress({ ANTHROPIC_BASE_URL: given });
    expect(trouble?.what).toContain(`ANTHROPIC_BASE_URL is ${JSON.stringify(given)}`);
    expect(trouble?.hint).toContain("unset it");
  },
);

test("a key that was put where the address belongs is not told", () => {
  const key = `sk-ant-${"x".repeat(40)}`;
  expect(JSON.stringify(wrongAddress({ ANTHROPIC_BASE_URL: key }))).not.toContain(key);
});
