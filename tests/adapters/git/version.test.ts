import { expect, test } from "vitest";
import { gitVersion, isNewEnough } from "../../../src/adapters/git/version.ts";
import { signal } from "../../support/git-fixture.ts";

test("this machine's git is one that can do what is asked of it", async () => {
  expect(isNewEnough(await gitVersion(signal))).toBe(true);
});

test.each([
  ["2.39.5", true],
  ["2.39.5 (Apple Git-154)", true],
  ["2.50.1.windows.1", true],
  ["3.0.0-rc1", true],
  ["2.38.9", false],
  ["2.4.0", false],
  ["1.99", false],
  ["", false],
])("git %s is new enough: %s", (version, enough) => {
  expect(isNewEnough(version)).toBe(enough);
});
