import fc from "fast-check";
import { expect, test } from "vitest";
import { closest } from "../../src/core/suggest.ts";

test("a slip of a letter or two finds the word, another word finds nothing", () => {
  const words = ["max_workers", "model", "path", "status"];
  expect(closest("max_wokers", words)).toBe("max_workers");
  expect(closest("modle", words)).toBe("model");
  expect(closest("maxWorkers", words)).toBe("max_workers");
  expect(closest("pth", words)).toBe("path");
  expect(closest("frobnicate", words)).toBeNull();
  expect(closest("x".repeat(100_000), words)).toBeNull();
});

test("a word of the list is its own closest", () => {
  const words = fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,12}$/), { minLength: 1 });
  fc.assert(fc.property(words, (all) => closest(all[0] ?? "", all) === all[0]));
});
