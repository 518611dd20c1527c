import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parseStat } from "../../../src/adapters/process/group.ts";
import type { ProcessRequest } from "../../../src/adapters/process/request.ts";
import { runProcess, runShort, spawnProcess } from "../../../src/adapters/process.ts";
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

describe.each([
  ["that is started here", runProcess],
  ["that another process starts", runShort],
])("a bounded run %s", (_, run) => {
  beforeAll(async () => {
    // the first ones are always started here
    if (run === runShort) for (let i = 0; i < 16; i += 1) await run(request("true"), never);
  });

  test("gives stdin and keeps stdout and stderr apart", async () => {
    const result = await run(request("cat; echo no >&2; exit 4", { stdin: "yes" }), never);
    expect(result.ended).toEqual({ kind: "exited", code: 4 });
    expect([text(result.stdout), text(result.stderr)]).toEqual(["yes", "no\n"]);
  });

  test("more input than a program reads is no failure", async () => {
    const stdin = new Uint8Array(5_000_000);
    const { ended } = await run(request("head -c 1 > /dev/null", { stdin }), never);
    expect(ended).toEqual({ kind: "exited", code: 0 });
  });

  test("output beyond the bound is counted as cut, and kills nothing", async () => {
    const script = "head -c 5000000 /dev/zero; exit 3";
    const { ended, stdout, truncated } = await run(request(script), never);
    expect(ended).toEqual({ kind: "exited", code: 3 });
    expect([stdout.length, truncated]).toEqual([1_000, true]);
  });

  test("output of exactly the bound is not cut", async () => {
    const { stdout, truncated } = await run(request("head -c 1000 /dev/zero"), never);
    expect([stdout.length, truncated]).toEqual([1_000, false]);
  });

  test("a program that is missing, a folder that is missing and a NUL byte are answers", async () => {
    const endings = await Promise.all([
      run(request("", { argv: ["no-such-program"] }), never),
      run(request("true", { cwd: "/nowhere" }), never),
      run(request("\0"), never),
      run(request("x".repeat(5_000_000)), never),
    ]);
    expect(endings.map(({ ended }) => ended.kind)).toEqual(Array(4).fill("unstartable"));
    expect(endings[1]?.ended).toEqual({ kind: "unstartable", detail: "no folder /nowhere" });
  });

  test("a program that a signal ended is told by the signal", async () => {
    const { ended } = await run(request("kill -HUP $$"), never);
    expect(ended).toEqual({ kind: "killed", signal: "SIGHUP" });
  });

  test("a timeout asks first and then kills the whole group", async () => {
    const seconds = uniqueSeconds();
    const loop = "while :; do wait; done";
    const script = `trap 'echo asked' TERM; (trap '' TERM; sleep ${seconds}) & ${loop}`;
    const { ended, stdout } = await run(request(script, { timeoutMs: 300, graceMs: 200 }), never);
    expect([ended, text(stdout)]).toEqual([{ kind: "timedOut" }, "asked\n"]);
    expect(await sleepers(seconds)).toEqual([]);
  });

  test("a background process in the group ends with the program", async () => {
    const seconds = uniqueSeconds();
    const { ended } = await run(request(`sleep ${seconds} & exit 0`), never);
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
    const { ended, stdout } = await run(request(script, { cwd }), never);
    expect([ended, text(stdout)]).toEqual([{ kind: "exited", code: 0 }, "said\n"]);
    expect(await sleepers(seconds)).toHaveLength(1);
  });

  test("an abort ends it, also one that came before", async () => {
    const seconds = uniqueSeconds();
    const controller = new AbortController();
    const running = run(request(`sleep ${seconds}`), controller.signal);
    await until(async () => (await sleepers(seconds)).length === 1, "it runs");
    controller.abort();
    expect((await running).ended).toEqual({ kind: "aborted" });
    const late = await run(request("", { argv: ["no-such-program"] }), controller.signal);
    expect(late.ended).toEqual({ kind: "aborted" });
  });
});

test("a listener hears of a run all that it writes, also beyond the bound", async () => {
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

test("a run whose starter was killed is told as killed, with all that it began, and the next one runs", async () => {
  const seconds = uniqueSeconds();
  const running = runShort(request(`sleep ${seconds} & sleep ${seconds}`), never);
  await until(async () => (await sleepers(seconds)).length === 2, "it runs");
  for (const pid of await startersOf(process.pid)) process.kill(pid, "SIGKILL");
  expect((await running).ended.kind).toBe("killed");
  expect(await sleepers(seconds)).toEqual([]);
  expect((await runShort(request("exit 7"), never)).ended).toEqual({ kind: "exited", code: 7 });
});

test("what starts runs ends with whom it serves, and what it began is not cut short", async () => {
  const cwd = await tempFolder();
  const program = fileURLToPath(new URL("../../support/short-runs.ts", import.meta.url));
  const argv = [process.execPath, "--import", "tsx", program, cwd] as const;
  const owner = spawnProcess({ argv, cwd: process.cwd(), env: { PATH: path } }, never);
  const begun = async () => (await readFile(join(cwd, "begun"), "utf8").catch(() => "")).trim();
  await until(async () => (await begun()) !== "", "a run has begun");
  const starter = Number(await begun());
  process.kill(owner.pid ?? 0, "SIGKILL");
  await until(async () => !isAlive(starter), "its starter has ended");
  expect(await readFile(join(cwd, "done"), "utf8")).toBe("done\n");
});

const isAlive = (pid: number): boolean => {
  try {
    return !(parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))?.dead ?? true);
  } catch {
    return false;
  }
};

async function startersOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = pids.map(async (pid) => ({
    pid: Number(pid),
    stat: parseStat(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")),
    line: await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
  }));
  const all = await Promise.all(lines);
  return all
    .filter(({ stat, line }) => stat?.parent === parent && line.includes("starter.mjs"))
    .map(({ pid }) => pid);
}

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
