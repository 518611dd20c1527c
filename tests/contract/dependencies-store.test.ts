/** The store that set-ups fill and workspaces are filled from. */
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { counted, open, ready, workspace } from "../support/dependencies.ts";
import { tempFolder } from "../support/folders.ts";
import { never } from "../support/sandboxes.ts";

describe("the store of set-ups", () => {
  test("workspaces that want the same at once run the set-up once", async () => {
    const { command, runs } = await counted("mkdir node_modules && echo 1 > node_modules/f");
    const dependencies = open(await tempFolder(), command);
    const all = await Promise.all([workspace(), workspace(), workspace()]);
    const hows = await Promise.all(
      all.map(async (each) => ready(await dependencies.install(each, never)).how),
    );
    expect([hows.sort(), await runs()]).toEqual([["fresh", "store", "store"], 1]);
    for (const each of all) expect(await readdir(join(each.path, "node_modules"))).toEqual(["f"]);
  });

  test("two programs may fill the same entry at once", async () => {
    const { command } = await counted("mkdir node_modules && echo 1 > node_modules/f");
    const storeDir = await tempFolder();
    const all = await Promise.all([workspace(), workspace()]);
    await Promise.all(all.map((each) => open(storeDir, command).install(each, never)));
    expect(await readdir(join(storeDir, "store"))).toHaveLength(1);
  });

  test("a script that the command names belongs to what it installs", async () => {
    const { command, runs } = await counted("sh setup.sh");
    const dependencies = open(await tempFolder(), command);
    const script = (text: string) => ({ "setup.sh": `echo ${text} > made` });
    const [one, other] = [await workspace(script("one")), await workspace(script("other"))];
    await dependencies.install(one, never);
    await dependencies.install(other, never);
    expect([await readFile(join(other.path, "made"), "utf8"), await runs()]).toEqual([
      "other\n",
      2,
    ]);
  });

  test("a link in the workspace does not lead the copy out of it", async () => {
    const { command } = await counted("mkdir -p a/node_modules && echo 1 > a/node_modules/f");
    const dependencies = open(await tempFolder(), command);
    const [first, second, outside] = [await workspace(), await workspace(), await tempFolder()];
    for (const each of [first, second]) await mkdir(join(each.path, "a"));
    await dependencies.install(first, never);
    await mkdir(join(outside, "node_modules"));
    await writeFile(join(outside, "node_modules/mine"), "1");
    await rm(join(second.path, "a"), { recursive: true });
    await symlink(outside, join(second.path, "a"));
    await dependencies.install(second, never);
    expect(await readdir(join(outside, "node_modules"))).toContain("mine");
  });

  test("a damaged entry of the store is filled again", async () => {
    const { command, runs } = await counted("mkdir node_modules && echo 1 > node_modules/f");
    const storeDir = await tempFolder();
    const dependencies = open(storeDir, command);
    await dependencies.install(await workspace(), never);
    const [key = ""] = await readdir(join(storeDir, "store"));
    await rm(join(storeDir, "store", key, "files"), { recursive: true });
    expect(ready(await dependencies.install(await workspace(), never)).how).toBe("fresh");
    expect(ready(await dependencies.install(await workspace(), never)).how).toBe("store");
    expect(await runs()).toBe(2);
  });

  test("the store is bounded", async () => {
    const storeDir = await tempFolder();
    for (let n = 0; n < 10; n += 1) {
      await open(storeDir, `echo ${n} > made`).install(await workspace(), never);
    }
    expect(await readdir(join(storeDir, "store"))).toHaveLength(8);
  });

  test("an empty command means that nothing is needed, whatever lockfile there is", async () => {
    const project = await workspace({ "requirements.txt": "left-pad" });
    const dependencies = open(await tempFolder(), "");
    expect(await dependencies.command(project)).toBeNull();
    expect(ready(await dependencies.install(project, never)).how).toBe("none");
  });
});
