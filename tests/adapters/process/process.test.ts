import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ProcessRequest, runProcess, spawnProcess } from "../../../src/adapters/process.ts";
import { tempFolder } from "../../support/folders.ts";
import { sleepers, uniqueSeconds, until } from "../../support/processes.ts";
import { never, path } from "../../support/sandboxes.ts";

const request = (script: string, more: Partial<ProcessRequest> = {}): ProcessRequest => ({
  argv: ["sh", "-c", script],
  cwd: "/",
  env: { PATH: path },
  timeoutMs: 20_000,
  bytesMax: 1_000,
  ...more,
});
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe("a bounded run", () => {
  test("gives stdin and keeps stdout and stderr apart", async () => {
    const result = await runProcess(request("cat; echo no >&2; exit 4", { stdin: "yes" }), never);
    expect(result.ended).toEqual({ kind: "exited", code: 4 });
    expect([text(result.stdout), text(result.stderr)]).toEqual(["yes", "no\n"]);
  });

  test("more input than a program reads is no failure", async () => {
    const stdin = new Uint8Array(5_000_000);
    const { ended } = await runProcess(request("head -c 1 > /dev/null", { stdin }), never);
    expect(ended).toEqual({ kind: "exited", code: 0 });
  });

  test("output beyond the bound is counted as cut, seen by the listener, and kills nothing", async () => {
    let seen = 0;
    const { ended, stdout, truncated } = await runProcess(
      request("head -c 5000000 /dev/zero; exit 3", {
        onOutput: (chunk, from) => {
          if (from === "stdout") seen += chunk.length;
        },
      }),
      never,
    );
    expect(ended).toEqual({ kind: "exited", code: 3 });
    expect([stdout.length, truncated, seen]).toEqual([1_000, true, 5_000_000]);
  });

  test("output of exactly the bound is not cut", async () => {
    const { stdout, truncated } = await runProcess(request("head -c 1000 /dev/zero"), never);
    expect([stdout.length, truncated]).toEqual([1_000, false]);
  });

  test("a program that is missing, a folder that is missing and a NUL byte are answers", async () => {
    const endings = await Promise.all([
      runProcess(request("", { argv: ["no-such-program"] }), never),
      runProcess(request("true", { cwd: "/nowhere" }), never),
      runProcess(request("\0"), never),
      runProcess(request("x".repeat(5_000_000)), never),
    ]);
    expect(endings.map(({ ended }) => ended.kind)).toEqual(Array(4).fill("unstartable"));
    expect(endings[1]?.ended).toEqual({ kind: "unstartable", detail: "no folder /nowhere" });
  });

  test("a program that a signal ended is told by the signal", async () => {
    const { ended } = await runProcess(request("kill -HUP $$"), never);
    expect(ended).toEqual({ kind: "killed", signal: "SIGHUP" });
  });

  test("a timeout asks first and then kills the whole group", async () => {
    const seconds = uniqueSeconds();
    const loop = "while :; do wait; done";
    const script = `trap 'echo asked' TERM; (trap '' TERM; sleep ${seconds}) & ${loop}`;
    const { ended, stdout } = await runProcess(
      request(script, { timeoutMs: 300, graceMs: 200 }),
      never,
    );
    expect([ended, text(stdout)]).toEqual([{ kind: "timedOut" }, "asked\n"]);
    expect(await sleepers(seconds)).toEqual([]);
  });

  test("a background process in the group ends with the program", async () => {
    const seconds = uniqueSeconds();
    const { ended } = await runProcess(request(`sleep ${seconds} & exit 0`), never);
    expect(ended).toEqual({ kind: "exited", code: 0 });
    expect(await sleepers(seconds)).toEqual([]);
  });

  test("G13: a process outside the group that holds stdout does not hang the run", async () => {
    const cwd = await tempFolder();
    const seconds = uniqueSeconds();
    onTestFinished(async () => {
      for (const pid of await sleepers(seconds)) process.kill(pid, "SIGKILL");
    });
    const script = `echo said; setsid sh -c 'echo > flag; exec sleep ${seconds}' &
      while [ ! -s flag ]; do sleep 0.01; done`;
    const { ended, stdout } = await runProcess(request(script, { cwd }), never);
    expect([ended, text(stdout)]).toEqual([{ kind: "exited", code: 0 }, "said\n"]);
    expect(await sleepers(seconds)).toHaveLength(1);
  });

  test("an abort ends it, also one that came before", async () => {
    const seconds = uniqueSeconds();
    const controller = new AbortController();
    const running = runProcess(request(`sleep ${seconds}`), controller.signal);
    await until(async () => (await sleepers(seconds)).length === 1, "it runs");
    controller.abort();
    expect((await running).ended).toEqual({ kind: "aborted" });
    const late = await runProcess(request("", { argv: ["no-such-program"] }), controller.signal);
    expect(late.ended).toEqual({ kind: "aborted" });
  });
});

describe("a long-lived child", () => {
  const spawned = (script: string, signal = never) =>
    spawnProcess({ argv: ["sh", "-c", script], cwd: "/", env: { PATH: path } }, signal);

  test("it answers on its pipes until its stdin ends", async () => {
    const child = spawned('while read -r line; do echo "<$line>"; done; exit 5');
    const lines: string[] = [];
    child.stdout.on("data", (chunk: Uint8Array) => lines.push(text(chunk)));
    const exited = new Promise((resolve) => child.once("exit", (...all) => resolve(all)));
    child.stdin.write("one\n");
    await until(async () => lines.length === 1, "it answers");
    child.stdin.end("two\n");
    expect(await exited).toEqual([5, null]);
    await child.end();
    expect([lines.join(""), child.exitCode, child.killed]).toEqual(["<one>\n<two>\n", 5, false]);
  });

  test("its stderr goes to the listener", async () => {
    const said: string[] = [];
    const child = spawnProcess(
      {
        argv: ["sh", "-c", "echo no >&2"],
        cwd: "/",
        env: { PATH: path },
        onStderr: (chunk) => said.push(text(chunk)),
      },
      never,
    );
    await new Promise((resolve) => child.once("close", resolve));
    expect(said.join("")).toBe("no\n");
  });

  test("ending it ends its whole group, however often it is asked", async () => {
    const seconds = uniqueSeconds();
    const child = spawned(`(trap '' TERM; sleep ${seconds}) & sleep ${seconds}`);
    await until(async () => (await sleepers(seconds)).length === 2, "both sleep");
    await Promise.all([child.end(), child.end()]);
    expect(await sleepers(seconds)).toEqual([]);
    expect(child.signalCode).toBe("SIGTERM");
  });

  test("kill reaches the group and is remembered", async () => {
    const seconds = uniqueSeconds();
    const child = spawned(`sleep ${seconds} & sleep ${seconds}; :`);
    await until(async () => (await sleepers(seconds)).length === 2, "both sleep");
    expect(child.kill("SIGKILL")).toBe(true);
    await until(async () => (await sleepers(seconds)).length === 0, "both are dead");
    expect(child.killed).toBe(true);
  });

  test("an abort ends it, and what a child leaves behind in its group ends with it", async () => {
    const seconds = uniqueSeconds();
    const controller = new AbortController();
    const child = spawned(`sleep ${seconds}`, controller.signal);
    await until(async () => (await sleepers(seconds)).length === 1, "it sleeps");
    controller.abort();
    await child.end();
    expect(await sleepers(seconds)).toEqual([]);
    const leaver = spawned(`sleep ${seconds} & exit 0`);
    await leaver.end();
    expect(await sleepers(seconds)).toEqual([]);
  });

  test("a program that is missing is an error event, and ending it is no trouble", async () => {
    const child = spawnProcess(
      { argv: [join("/nowhere", "x")], cwd: "/", env: { PATH: path } },
      never,
    );
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    expect(error.message).toMatch(/ENOENT/);
    await child.end();
  });
});
