import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openScratch, sweepScratch } from "../../../src/adapters/git/scratch.ts";
import { tempFolder } from "../../support/folders.ts";
import { opened, repository } from "../../support/git-fixture.ts";

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

test("what a killed process wrote beside its place is removed when the project is opened", async () => {
  const { data, root } = await opened(await repository());
  const uuid = "3f2b8c1e-0000-4000-8000-000000000000";
  const slot = join(data, "demo/workspaces/slot-0");
  const hubs = join(data, "hubs");
  const left = [
    join(slot, `owner.${nobody}.${uuid}`),
    join(slot, `slot.json.${nobody}.${uuid}`),
    join(hubs, `new.${nobody}.${uuid}.hub.git`),
  ];
  const own = join(slot, `owner.${process.pid}.${uuid}`);
  for (const each of [...left, own]) await mkdir(each, { recursive: true });
  await opened(root, {
    hubsDir: hubs,
    workspacesDir: join(data, "demo/workspaces"),
  });
  expect([...left, own].map((each) => existsSync(each))).toEqual([false, false, false, true]);
});
