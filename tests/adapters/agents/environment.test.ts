import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openClaudeAgent } from "../../../src/adapters/agents/claude.ts";
import { openModelGateway } from "../../../src/compose/model-gateway.ts";
import { readPrices } from "../../../src/config/prices.ts";
import { leaveBehind } from "../../support/children.ts";
import { realClock } from "../../support/clock.ts";
import { tempFolder } from "../../support/folders.ts";
import { openLogin } from "../../support/login.ts";
import { sleepers, uniqueSeconds } from "../../support/processes.ts";
import { allSandboxes, never } from "../../support/sandboxes.ts";
import { openRig } from "../../support/scripted-agent.ts";

const key = "sk-placeholder-that-must-not-be-seen";
const answer = { answer: { done: true } };
const bash = (command: string) => ({ tool: "Bash", input: { command } });

/** Looks for the key wherever a command can look: its own and all environments, open files. */
const search = [
  "env > env.txt",
  "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline > others.txt 2>/dev/null",
  "for fd in /proc/$CLAUDE_PID/fd/*; do timeout 0.2 head -c 1000 $fd; done > files.txt 2>/dev/null",
  "true",
].join("\n");

test("a command of the agent's sees neither the caller's environment nor the key", async () => {
  const theirs = { ANTHROPIC_API_KEY: key, AWS_SECRET_ACCESS_KEY: "theirs", ANTHROPIC_MODEL: "x" };
  const rig = await openRig({ worker: [{ steps: [bash(search), answer] }] }, theirs);
  const result = await rig.run({ env: { CARGO_HOME: "/given", HOME: "/not/this" } });
  expect(result.ending.kind).toBe("answered");
  const text = (file: string) => readFile(join(rig.cwd, file), "utf8");
  const env = await text("env.txt");
  expect(env).toContain("CARGO_HOME=/given");
  expect(env).toContain(`HOME=${join(rig.data, "sessions")}`);
  expect(env).not.toMatch(/AWS_|ANTHROPIC_MODEL|ANTHROPIC_API_KEY/);
  for (const file of ["env.txt", "others.txt", "files.txt"]) {
    // the test's own process holds the key too, but not in its environment
    expect(await text(file)).not.toContain(key);
  }
  expect(rig.model.requests().map((each) => each.credential)).toEqual(["key", "key"]);
  expect(await readFile(join(rig.data, "transcript.jsonl"), "utf8")).not.toContain(key);
});

test("a person's login is used where there is no key", async () => {
  const { home, file, text } = await openLogin(key);
  const rig = await openRig(
    { worker: [{ steps: [bash("env > env.txt"), answer] }] },
    { HOME: home },
  );
  const result = await rig.run();
  expect(result.ending.kind).toBe("answered");
  expect(rig.model.requests()[0]?.credential).toBe("bearer");
  expect(await readFile(file, "utf8")).toBe(text);
  expect(await readdir(join(home, ".claude"))).toEqual([".credentials.json"]);
  expect(await readFile(join(rig.cwd, "env.txt"), "utf8")).not.toContain(key);
});

describe("what is missing is named", async () => {
  const [sandbox] = await allSandboxes();
  if (sandbox === undefined) throw new Error("no sandbox at all");
  const prices = readPrices();
  const gateway = await openModelGateway({ HOME: "/nonexistent" }, prices, "orch-test-");
  const agentWith = (env: Readonly<Record<string, string>>, binary: string | null = null) =>
    openClaudeAgent({
      ...{ sandbox, env, binary, configDir: "/nonexistent", clock: realClock },
      ...{ gateway, prices },
    });

  test("the program", async () => {
    const problem = await agentWith({ ANTHROPIC_API_KEY: key }, "/no/such/claude").ready(never);
    expect(problem).toEqual({
      kind: "noBinary",
      detail: expect.stringContaining("/no/such/claude"),
    });
  });

  test("key and login; one of them is enough", async () => {
    const home = await tempFolder();
    expect(await agentWith({ HOME: home }).ready(never)).toEqual({
      kind: "noKey",
      detail: expect.stringContaining(join(home, ".claude", ".credentials.json")),
    });
    for (const name of ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"]) {
      expect(await agentWith({ HOME: home, [name]: key }).ready(never)).toBeNull();
    }
    await mkdir(join(home, ".claude"));
    await writeFile(join(home, ".claude", ".credentials.json"), "{}");
    expect(await agentWith({ HOME: home }).ready(never)).toBeNull();
  });
});

describe("each kind of sandbox", async () => {
  for (const sandbox of await allSandboxes()) {
    test(`${sandbox.kind}: passes the key on and keeps what a command left behind`, async () => {
      const seconds = uniqueSeconds();
      const command = leaveBehind("setsid", seconds, "started");
      const scenario = { worker: [{ steps: [bash(command), answer] }] };
      const rig = await openRig(scenario, { ANTHROPIC_API_KEY: key }, sandbox);
      expect((await rig.run()).ending.kind).toBe("answered");
      expect(await sleepers(seconds)).toEqual([]);
    });
  }
});
