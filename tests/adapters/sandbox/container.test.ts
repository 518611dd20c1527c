/** The person's own container command, over a stand-in that plays its program with bubblewrap. */
import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runProcess, spawnProcess } from "../../../src/adapters/process.ts";
import { candidates, openSandbox } from "../../../src/adapters/sandbox/open.ts";
import type { Confined } from "../../../src/ports/sandbox.ts";
import { tempFolder } from "../../support/folders.ts";
import { sleepers, uniqueSeconds, until } from "../../support/processes.ts";
import { never, path, playedContainer } from "../../support/sandboxes.ts";
import { openRig } from "../../support/scripted-agent.ts";

const mark = `test-${process.pid}`;
const open = () => openSandbox({ path, mark, container: playedContainer }, never);
const [standIn = ""] = playedContainer.words;

async function run(script: string, more: Partial<Confined> = {}, env = {}): Promise<string> {
  const cwd = more.cwd ?? (await tempFolder());
  const given = { cwd, writable: [cwd], readable: [], session: "s", ...more };
  const argv = (await open()).wrap({ argv: ["sh", "-c", script], ...given });
  const request = { argv, cwd, env: { PATH: path, ...env }, timeoutMs: 20_000, bytesMax: 99_999 };
  const { stdout, stderr } = await runProcess(request, never);
  return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
}

test("a command that is not there is one clear error, and nothing weaker is taken", async () => {
  const words = ["no-such-program", "run", "{options}", "image"];
  const opened = openSandbox({ path, mark, container: { words, env: {} } }, never);
  await expect(opened).rejects.toThrow(
    "`container_command` makes no container that confines (container: no-such-program: not found)",
  );
});

test("what the container's program says of its command is told", async () => {
  const container = { ...playedContainer, words: [standIn, "run", "{options}", "other-image"] };
  await expect(openSandbox({ path, mark, container }, never)).rejects.toThrow(
    "no such image: other-image",
  );
});

test("a command whose container reaches the network is refused", async () => {
  const words = [standIn, "run", "--network", "host", "{options}", "test-image"];
  const opened = openSandbox({ path, mark, container: { ...playedContainer, words } }, never);
  await expect(opened).rejects.toThrow("it runs, and does not hold");
});

test("a command whose container does not reach our sockets is refused, and told so", async () => {
  const folder = await tempFolder();
  const far = join(folder, "far");
  // as where another machine shows the folders: names are there, and nobody listens
  const script = `const { spawnSync } = require("node:child_process");
    const { existsSync, statSync } = require("node:fs");
    const args = process.argv.slice(2).map((each) => {
      const [, source] = /^type=bind,source=([^,]+),/.exec(each) ?? [];
      const isSocket = source && existsSync(source) && statSync(source).isSocket();
      return isSocket ? each.replace(source, "${folder}/dead") : each;
    });
    process.exit(spawnSync("${standIn}", args, { stdio: "inherit" }).status);`;
  await writeFile(join(folder, "dead"), "");
  await writeFile(far, `#!/usr/bin/env node\n${script}`);
  await chmod(far, 0o755);
  const container = { ...playedContainer, words: [far, ...playedContainer.words.slice(1)] };
  await expect(openSandbox({ path, mark, container }, never)).rejects.toThrow(
    "(container: no socket of this machine can be reached in it)",
  );
});

test("on another system than Linux a container is refused, and told so", async () => {
  const options = { path, mark, container: playedContainer };
  await expect(candidates(options, "darwin")).rejects.toThrow(
    "a container is another system than this one, in which this machine's agent does not run",
  );
});

test("variables go by name: no value of theirs stands on a command line", async () => {
  const seen = await tempFolder();
  const spy = join(seen, "spy");
  await writeFile(spy, `#!/bin/sh\necho "$*" > ${seen}/said\nexec ${standIn} "$@"\n`);
  await chmod(spy, 0o755);
  const container = { ...playedContainer, words: [spy, ...playedContainer.words.slice(1)] };
  const sandbox = await openSandbox({ path, mark, container }, never);
  const argv = sandbox.wrap({
    argv: ["sh", "-c", 'echo "$TOKEN|$HOME|$MANY"'],
    ...{ cwd: seen, writable: [seen], readable: [] },
  });
  const env = { PATH: path, TOKEN: "tell-nobody", HOME: "/its/own home", MANY: "a\nTOKEN=x" };
  const request = { argv, cwd: seen, env, timeoutMs: 20_000, bytesMax: 9_999 };
  const { stdout } = await runProcess(request, never);
  expect(Buffer.from(stdout).toString()).toBe("tell-nobody|/its/own home|a\nTOKEN=x\n");
  expect(await readFile(join(seen, "said"), "utf8")).not.toContain("tell-nobody");
});

const names = ["with space", 'quo"te', "com,ma", "co:lon", "ünï 漢字", "{options}", "new\nline"];

test.each(names)("a folder of any name is given as it is: %s", async (name) => {
  const cwd = join(await tempFolder(), name);
  await mkdir(cwd);
  expect(await run('printf %s "$PWD"; echo x > made', { cwd, writable: [cwd] })).toBe(cwd);
  expect(await readFile(join(cwd, "made"), "utf8")).toBe("x\n");
});

test("a secret on descriptor 3 is there inside, and the input after it is whole", async () => {
  const cwd = await tempFolder();
  const argv = (await open()).wrap({
    argv: ["sh", "-c", 'cat <&3 > got; env > env; cat > input; echo "$1"', "sh", "two words"],
    ...{ cwd, writable: [cwd], readable: [] },
  });
  const child = spawnProcess({ argv, cwd, env: { PATH: path }, secret: "sk-$x `y`" }, never);
  let said = "";
  child.stdout.on("data", (chunk: Uint8Array) => (said += Buffer.from(chunk)));
  child.stdin.end("first\nsecond");
  await new Promise((resolve) => child.once("close", resolve));
  const read = (name: string) => readFile(join(cwd, name), "utf8");
  expect([(await read("got")).trim(), await read("input")]).toEqual(["sk-$x `y`", "first\nsecond"]);
  expect([await read("env"), said]).toEqual([expect.not.stringContaining("sk-"), "two words\n"]);
});

test("a container whose client was killed is found by its labels, and no other", async () => {
  const sandbox = await open();
  const [mine, theirs] = [uniqueSeconds(), uniqueSeconds()];
  for (const [session, seconds] of [
    ["mine", mine],
    ["theirs", theirs],
  ] as const) {
    const confined = { cwd: "/", writable: [], readable: [], session };
    const argv = ["env", "-i", "sleep", seconds] as const; // its mark is gone, the label is not
    const [file, ...args] = sandbox.wrap({ argv, ...confined });
    const client = spawn(file, args, { env: { PATH: path }, stdio: "ignore", detached: true });
    await until(async () => (await sleepers(seconds)).length === 1, "it sleeps");
    onTestFinished(() => sandbox.sweep(null, never).then(() => undefined));
    process.kill(-(client.pid ?? 0), "SIGKILL");
  }
  expect(await sleepers(mine)).toHaveLength(1); // no child of the client's
  expect(await sandbox.sweep("mine", never)).toBeGreaterThan(0);
  await until(async () => (await sleepers(mine)).length === 0, "it has ended");
  expect(await sleepers(theirs)).toHaveLength(1);
  expect(await sandbox.sweep(null, never)).toBeGreaterThan(0);
});

test("the agent's own program works in one, with its key and its way out", async () => {
  const key = "sk-placeholder-that-must-not-be-seen";
  const look = "env > env.txt; cat /proc/[0-9]*/environ > others.txt; true";
  const steps = [{ tool: "Bash", input: { command: look } }, { answer: { done: true } }];
  const rig = await openRig({ worker: [{ steps }] }, { ANTHROPIC_API_KEY: key }, await open());
  expect((await rig.run()).ending.kind).toBe("answered");
  expect(rig.model.requests().map((each) => each.credential)).toEqual(["key", "key"]);
  for (const file of ["env.txt", "others.txt"])
    expect(await readFile(join(rig.cwd, file), "utf8")).not.toContain(key);
});
