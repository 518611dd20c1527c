import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ClaudeAgentOptions, openClaudeAgent } from "../../../src/adapters/agents/claude.ts";
import { openSandbox } from "../../../src/adapters/sandbox/open.ts";
import { readPrices } from "../../../src/config/prices.ts";
import { realClock } from "../../support/clock.ts";
import { never, path } from "../../support/sandboxes.ts";
import { openRig } from "../../support/scripted-agent.ts";

const scenario = { worker: [{ steps: [{ answer: { done: true } }] }] };

async function runWith(options: Partial<ClaudeAgentOptions>, cwd?: string) {
  const rig = await openRig(scenario);
  const sandbox = await openSandbox({ path, mark: "test-broken" }, never);
  const agent = openClaudeAgent({
    ...{ sandbox, clock: realClock, gateway: rig.gateway, prices: readPrices() },
    ...{ env: { PATH: path, ANTHROPIC_API_KEY: "sk-placeholder" }, configDir: join(rig.data, "s") },
    ...options,
  });
  const result = await agent.run(rig.request(cwd === undefined ? {} : { cwd }), never);
  return { ...result, requests: rig.model.requests().length };
}

const crash = (detail: RegExp) => ({
  ending: { kind: "crashed", detail: expect.stringMatching(detail) },
  costUsd: 0,
  costBasis: "none",
  requests: 0,
});

test("a folder that is gone is a crash, not an exception", async () => {
  expect(await runWith({}, "/no/such/folder")).toMatchObject(crash(/ENOENT|no such|not exist/i));
});

test("a program that is no agent is a crash, told with what it said", async () => {
  const rig = await openRig(scenario);
  const binary = join(rig.data, "claude");
  await writeFile(binary, "#!/bin/sh\necho 'wrong machine' >&2\nexit 7\n", { mode: 0o755 });
  expect(await runWith({ binary })).toMatchObject(crash(/code 7.*wrong machine/));
});

test("a data folder that cannot be made is a crash", async () => {
  const rig = await openRig(scenario);
  const file = join(rig.data, "file");
  await writeFile(file, "");
  expect(await runWith({ configDir: file })).toMatchObject(crash(/ENOTDIR/));
});

test("without a key or login a session is not started", async () => {
  const env = { PATH: path, HOME: "/no/such/home" };
  const result = await runWith({ env });
  expect(result).toMatchObject({ ending: { kind: "unauthorised" }, requests: 0 });
});

test("a model that nobody serves is an outage", async () => {
  const rig = await openRig(scenario);
  await rig.model.close();
  expect((await rig.run()).ending.kind).toBe("overloaded");
});
