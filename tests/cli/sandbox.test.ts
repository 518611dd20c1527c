import { expect, test } from "vitest";
import { openCli } from "../support/cli.ts";
import { brief } from "../support/plays.ts";

test("what gets out of the sandbox fails the command; without one, that nothing does", async () => {
  const cli = await openCli();
  const held = await cli.run("sandbox", "test");
  expect([held.code, held.out]).toEqual([0, expect.stringMatching(/^key\s+held\s+reads a key/m)]);
  expect(held.out).toContain("0 of 1 probes got out; held by nothing: a test");
  const free = await cli.run("sandbox", "test", "--without-sandbox", "--json");
  expect([free.code, JSON.parse(free.out)]).toMatchObject([0, { held: null, escaped: 1 }]);
});

test("a shell is opened on the task that is named, and its exit code is the command's", async () => {
  const cli = await openCli();
  const added = await cli.run(
    "add-task",
    "-p",
    "shop",
    "--title",
    "One",
    "--desc",
    brief("One").description,
    "--json",
  );
  const { id } = JSON.parse(added.out);
  expect((await cli.run("sandbox", "shell", id.slice(0, 6))).code).toBe(7);
  expect(cli.asked).toContain(`enter shop ${id}`);
});

test("a portfolio without a sandbox says so in the status", async () => {
  const cli = await openCli();
  const projects = [{ name: "shop", path: "./shop" }];
  expect((await cli.run("status")).out).not.toContain("SANDBOX OFF");
  await cli.write({ sandbox: "off", projects });
  expect((await cli.run("status")).out).toMatch(/^SANDBOX OFF/);
  expect(JSON.parse((await cli.run("status", "--json")).out).sandbox).toBe("off");
});
