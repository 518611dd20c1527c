/** G17 where the portfolio names a container command: what the whole program makes of it. */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../support/folders.ts";
import { startOrch } from "../support/orch.ts";
import { playedContainer } from "../support/sandboxes.ts";

async function orch(words: readonly string[], ...argv: readonly string[]) {
  const folder = await tempFolder();
  const portfolio = { sandbox: "container", container_command: words, projects: [] };
  await writeFile(join(folder, "orch.json"), JSON.stringify(portfolio));
  const env = { DOCKER_HOST: playedContainer.env["DOCKER_HOST"] ?? "" };
  return await startOrch(folder, argv, env).ended;
}

test("G17: of all probes none gets out of a container", { timeout: 240_000 }, async () => {
  const { out } = await orch(playedContainer.words, "sandbox", "test", "--json");
  const told = JSON.parse(out);
  const escaped = told.rows.filter((row: { escaped: boolean }) => row.escaped);
  expect(escaped).toEqual([]);
  expect([told.held, told.probes]).toEqual([
    expect.stringMatching(/^a container/),
    told.rows.length,
  ]);
});

test("what keeps a container from working is a problem that doctor tells", async () => {
  const { code, out } = await orch(["no-such-program", "run", "{options}", "x"], "doctor");
  expect(code).toBe(1);
  expect(out).toMatch(/problem\s.*no-such-program: not found/);
  expect(out).toContain("see that this works: no-such-program run x");
});

test("a shell where a worker would be is in a container, too", { timeout: 60_000 }, async () => {
  const folder = await tempFolder();
  const path = join(folder, "shop");
  await mkdir(path);
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  for (const argv of [
    ["init", "-q"],
    [...identity, "commit", "-q", "--allow-empty", "-m", "First"],
  ])
    expect(spawnSync("git", argv, { cwd: path }).status).toBe(0);
  const portfolio = {
    sandbox: "container",
    container_command: playedContainer.words,
    projects: [{ name: "shop", path }],
  };
  await writeFile(join(folder, "orch.json"), JSON.stringify(portfolio));
  const env = { DOCKER_HOST: playedContainer.env["DOCKER_HOST"] ?? "" };
  const task = ["--title", "One", "--desc", "Write the file one.txt with one word."];
  const added = await startOrch(folder, ["add-task", "-p", "shop", "--json", ...task], env).ended;
  const { id } = JSON.parse(added.out);
  const typed = `ls ${path} > /dev/null || echo held; touch here && echo own; exit 7\n`;
  const shell = await startOrch(folder, ["sandbox", "shell", id], env, typed).ended;
  expect([shell.code, shell.out]).toEqual([7, "held\nown\n"]);
});
