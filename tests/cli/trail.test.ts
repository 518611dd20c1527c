/** A trail that cannot be written keeps nobody from working, and is told of once. */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCli } from "../support/cli.ts";

test("a run says once that the trail is not being written, and why", async () => {
  const cli = await openCli();
  const shop = join(cli.folder, "shop");
  await mkdir(join(cli.folder, "elsewhere"));
  await mkdir(shop, { recursive: true });
  await symlink(join(cli.folder, "elsewhere"), join(shop, ".orch"));
  cli.scene.planned = { kind: "titles", titles: ["Land one", "Land another"] };
  const { err } = await cli.run("run", "--project", "shop");
  const told = `orch: shop: the trail in .orch is not being written: ${join(shop, ".orch")} is a`;
  expect(err.split(told)).toHaveLength(2);
  expect(err.match(/is a symlink; remove it/g)).toHaveLength(1);
});
