/** The program itself: real processes, the real ledger, real repositories; no session is held. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tempFolder } from "../support/folders.ts";
import { person } from "../support/git-fixture.ts";
import { startOrch } from "../support/orch.ts";
import { fromSources } from "../support/program.ts";

/** A folder with a portfolio of one project, whose tasks people add. */
async function portfolio(): Promise<string> {
  const folder = await tempFolder();
  const shop = join(folder, "shop");
  await mkdir(shop);
  person(shop, "init", "-q", "-b", "main");
  await writeFile(join(shop, "README.md"), "# Shop\n");
  person(shop, "add", ".");
  person(shop, "commit", "-qm", "Begin");
  const projects = [{ name: "shop", path: "./shop", backlog_source: "manual" }];
  await writeFile(join(folder, "orch.json"), JSON.stringify({ projects }));
  return folder;
}

const key = { ANTHROPIC_API_KEY: "no session is held with it" };

test("status works before the first run and leaves no file behind", async () => {
  const folder = await portfolio();
  const before = await readdir(folder, { recursive: true });
  const said = await startOrch(folder, ["status", "--json"]).ended;
  expect(said).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(said.out).projects[0]).toMatchObject({ name: "shop", total_usd: 0 });
  expect(await readdir(folder, { recursive: true })).toEqual(before);
});

test("an unknown project ends with 2 and leaves no ledger behind", async () => {
  const folder = await portfolio();
  const said = await startOrch(folder, ["add-task", "-p", "shpo", "--title", "Fix"]).ended;
  expect(said.code).toBe(2);
  expect(said.err).toContain("did you mean shop?");
  expect(await readdir(folder)).toEqual(["orch.json", "shop"]);
});

test("without a key and a login a run ends with 4", async () => {
  const folder = await portfolio();
  expect((await startOrch(folder, ["run"]).ended).code).toBe(4);
});

test("a run without anything to do says so and ends with 0", async () => {
  const folder = await portfolio();
  const said = await startOrch(folder, ["run", "--project", "shop"], key).ended;
  expect(said.code).toBe(0);
  expect(said.out).toContain("nothing to do: add a task with");
});

test("a daemon locks its data folder, takes over runs, and ends on a signal", async () => {
  const folder = await portfolio();
  const daemon = startOrch(folder, ["start"], key);
  await daemon.says("the cycle is over");
  const second = await startOrch(folder, ["start"], key).ended;
  expect(second.code).toBe(75);
  expect(second.err).toContain(`(process ${daemon.process.pid})`);
  const run = await startOrch(folder, ["run"], key).ended;
  expect(run).toMatchObject({ code: 0 });
  expect(run.err).toContain("handed to it");
  daemon.process.kill("SIGTERM");
  expect((await daemon.ended).code).toBe(143);
  const again = startOrch(folder, ["start"], key);
  await again.says("serving shop");
  again.process.kill("SIGINT");
  expect((await again.ended).code).toBe(130);
}, 60_000);

test("a reader that has seen enough, such as head, ends a follower without a word", async () => {
  const folder = await portfolio();
  const logs = startOrch(folder, ["logs", "-f"]);
  await logs.says("nothing has happened yet");
  logs.process.stdout?.destroy();
  await startOrch(folder, ["add-task", "--title", "Fix it"]).ended;
  const said = await logs.ended;
  expect(said.code).toBe(0);
  expect(said.err).not.toContain("EPIPE");
});

test.each(["status", "status --json", "--version"])(
  "an answer that cannot be written is told, and is no success: %s",
  async (typed) => {
    const folder = await portfolio();
    const [node = "", ...rest] = fromSources;
    const full = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(full));
    const ran = spawnSync(node, [...rest, ...typed.split(" ")], {
      ...{ cwd: folder, encoding: "utf8", stdio: ["ignore", full, "pipe"] },
      env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    });
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("could not be written")]);
  },
);
