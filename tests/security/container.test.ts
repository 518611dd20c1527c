/** G17 where the portfolio names a container command: what the whole program makes of it. */
import { writeFile } from "node:fs/promises";
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
