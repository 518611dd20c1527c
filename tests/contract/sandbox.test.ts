import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ProcessResult } from "../../src/adapters/process/request.ts";
import { runProcess } from "../../src/adapters/process.ts";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";
import { type ChildKind, childKinds, leaveBehind } from "../support/children.ts";
import { tempFolder } from "../support/folders.ts";
import { sleepers, uniqueSeconds, until } from "../support/processes.ts";
import { allSandboxes, never, path } from "../support/sandboxes.ts";

const sandboxes = await allSandboxes();
const kinds = Object.keys(childKinds) as ChildKind[]; // Object.keys widens to string

/** Children of each kind that outlive their starter although the sandbox did what it can. */
function survivorsOf(kind: ChildKind, sandbox: Sandbox): number {
  const isSwept = sandbox.kind === "group" || sandbox.kind === "seatbelt";
  return isSwept && kind === "double fork with a clean environment" ? 1 : 0;
}

function run(sandbox: Sandbox, script: string, cwd: string): Promise<ProcessResult> {
  const argv = sandbox.wrap({
    argv: ["sh", "-c", script],
    cwd,
    writable: [cwd],
    readable: [],
    session: "s",
  });
  return runProcess(
    { argv, cwd, env: { PATH: path, MINE: "1" }, stdin: "in", timeoutMs: 20_000, bytesMax: 9_999 },
    never,
  );
}

async function killLater(seconds: string): Promise<void> {
  onTestFinished(async () => {
    for (const pid of await sleepers(seconds)) process.kill(pid, "SIGKILL");
  });
}

test.each([
  ["bubblewrap", "bwrap --dev-bind / / --unshare-pid true"],
  ["unshare", "unshare --user --pid --fork true"],
  ["seatbelt", "/usr/bin/sandbox-exec -p '(version 1)(allow default)' true"],
  ["group", "true"],
  // its stand-in is bubblewrap's
  ["container", "bwrap --dev-bind / / --unshare-user --unshare-pid --disable-userns true"],
])("%s is among the ways to hold a process where it works at all", (kind, command) => {
  const works = spawnSync("sh", ["-c", command], { env: { PATH: path } }).status === 0;
  expect(sandboxes.some((each) => each.kind === kind)).toBe(works);
});

test("the strongest sandbox that works is taken", async () => {
  const opened = await openSandbox({ path, mark: "test" }, never);
  expect(opened.kind).toBe(sandboxes[0]?.kind);
});

test("a kind that does not work here is refused by name", async () => {
  const empty = await tempFolder();
  await expect(openSandbox({ path: empty, mark: "test", only: "unshare" }, never)).rejects.toThrow(
    /unshare/,
  );
});

describe.each(sandboxes)("held by $kind", (sandbox) => {
  test("a program keeps its stdin, stdout, folder, environment and exit code", async () => {
    const cwd = await tempFolder();
    const { ended, stdout } = await run(sandbox, 'cat; echo " $PWD $MINE"; exit 7', cwd);
    expect(Buffer.from(stdout).toString()).toBe(`in ${cwd} 1\n`);
    expect(ended).toEqual({ kind: "exited", code: 7 });
  });

  test("/proc and /dev work", async () => {
    const script = 'test -d "/proc/$$/fd" && echo x > /dev/null && head -c 4 /dev/urandom | wc -c';
    const { ended, stdout } = await run(sandbox, script, await tempFolder());
    expect([ended, Buffer.from(stdout).toString().trim()]).toEqual([
      { kind: "exited", code: 0 },
      "4",
    ]);
  });

  test.each(kinds)("G6: what a command leaves behind dies with it: %s", async (kind) => {
    const cwd = await tempFolder();
    const seconds = uniqueSeconds();
    await killLater(seconds);
    const { ended } = await run(sandbox, leaveBehind(kind, seconds, join(cwd, "flag")), cwd);
    await sandbox.sweep("s", never);
    expect(ended).toEqual({ kind: "exited", code: 0 });
    expect(await sleepers(seconds)).toHaveLength(survivorsOf(kind, sandbox));
  });

  test.each(kinds)(
    "G6: when we are killed it dies too, a group's at the next start: %s",
    async (kind) => {
      const cwd = await tempFolder();
      const seconds = uniqueSeconds();
      await killLater(seconds);
      const script = `${leaveBehind(kind, seconds, join(cwd, "flag"))}; sleep ${seconds}`;
      const argv = sandbox.wrap({
        argv: ["sh", "-c", script],
        cwd,
        writable: [cwd],
        readable: [],
        session: "t",
      });
      const starter = spawn("sh", ["-c", '"$@" & wait', "sh", ...argv], {
        env: { PATH: path },
        detached: true,
        stdio: "ignore",
      });
      await until(async () => (await sleepers(seconds)).length === 2, "both children sleep");
      starter.kill("SIGKILL");
      const ends = sandbox.kind === "bubblewrap" || sandbox.kind === "unshare";
      if (!ends) await sandbox.sweep(null, never);
      const left = survivorsOf(kind, sandbox);
      await until(async () => (await sleepers(seconds)).length <= left, "they have died");
      expect(await sleepers(seconds)).toHaveLength(left);
    },
  );
});

test("a sweep leaves the sessions of others alone", async () => {
  const ours = sandboxes.find((each) => each.kind === "group");
  const seconds = uniqueSeconds();
  const argv = ours?.wrap({
    argv: ["sleep", seconds],
    cwd: "/",
    writable: [],
    readable: [],
    session: "mine",
  });
  const [file = "", ...rest] = argv ?? [];
  const child = spawn(file, rest, { env: { PATH: path }, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await until(async () => (await sleepers(seconds)).length === 1, "it sleeps");
  expect(await ours?.sweep("min", never)).toBe(0);
  expect(await ours?.sweep("mine", never)).toBe(1);
});
