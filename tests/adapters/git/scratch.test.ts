import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openScratch, sweepScratch } from "../../../src/adapters/git/scratch.ts";
import { tempFolder } from "../../support/folders.ts";

/** Above every number that Linux gives to a process. */
const nobody = 2 ** 30;

test("what a killed process left is removed, what a living one uses is not", async () => {
  const before = process.env["TMPDIR"];
  const folder = await tempFolder();
  process.env["TMPDIR"] = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  });
  const own = await openScratch("land");
  const left = join(folder, `orch-merge-${nobody}-abcdef`);
  const other = join(folder, "orch-merge-theirs");
  for (const each of [left, other]) await mkdir(each);
  await sweepScratch();
  expect([own, left, other].map((each) => existsSync(each))).toEqual([true, false, true]);
});
