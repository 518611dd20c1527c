import { readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openShell } from "../../src/adapters/shell/open.ts";
import { headBytesMax, tailBytesMax } from "../../src/adapters/shell/output.ts";
import type { CommandResult } from "../../src/ports/shell.ts";
import { leaveBehind } from "../support/children.ts";
import { tempFolder } from "../support/folders.ts";
import { sleepers, uniqueSeconds, until } from "../support/processes.ts";
import { allSandboxes, never, path } from "../support/sandboxes.ts";
import { anyShellContract, type Doing } from "./shell.ts";

const sandboxes = await allSandboxes();

const commands: Readonly<Record<Doing, string>> = {
  succeeds: "echo well",
  fails: "echo badly; exit 1",
  hangs: "sleep 30",
  "is killed": "kill -KILL $$",
};

for (const sandbox of sandboxes)
  anyShellContract(`a shell held by ${sandbox.kind}`, async () => ({
    run: openShell({ sandbox, env: { PATH: path, LANG: "C.UTF-8" } }).run,
    request: async (doing) => {
      return { command: commands[doing], cwd: await tempFolder(), env: {}, timeoutMs: 20_000 };
    },
  }));

// what is about processes, folders and pipes: no fake could show it

describe.each(sandboxes)("a shell held by $kind", (sandbox) => {
  const shell = openShell({ sandbox, env: { PATH: path, LANG: "C.UTF-8" } });
  const run = async (
    command: string,
    more: { cwd?: string; timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<CommandResult> =>
    shell.run(
      {
        command,
        cwd: more.cwd ?? (await tempFolder()),
        env: {},
        timeoutMs: more.timeoutMs ?? 20_000,
      },
      more.signal ?? never,
    );

  test("a command's exit code and output are answered, in the order of their writing", async () => {
    const { ended, output } = await run("echo 1; echo 2 >&2; echo 3; echo 4 >&2; exit 3");
    expect([ended, output]).toEqual([{ kind: "exited", code: 3 }, "1\n2\n3\n4\n"]);
  });

  test("nothing of our environment reaches a command but what was given", async () => {
    const { output } = await run("env | cut -d= -f1 | sort | tr '\\n' ' '");
    const names = output.split(" ").filter((each) => !["", "_", "ORCH_SESSION"].includes(each));
    expect(names.filter((each) => !/^(OLDPWD|SHLVL)$/.test(each))).toEqual(
      "HOME LANG PATH PWD TMPDIR".split(" "),
    );
  });

  test("secrets that a command prints are not in what it is said to have printed", async () => {
    const command = `b=${"aB3".repeat(12)}; echo "not ok 1 - takes ghp_$b"`;
    const { output } = await shell.run(
      { command, cwd: await tempFolder(), env: {}, timeoutMs: 5_000 },
      never,
    );
    expect(output).toBe("not ok 1 - takes [GitHub token]\n");
  });

  test("home and temporary folder are private and gone afterwards, also where protected", async () => {
    const { output } = await run(
      'mkdir -p "$HOME/a/b"; echo x > "$TMPDIR/x"; chmod 500 "$HOME/a"; echo "$HOME"',
    );
    const folder = output.trim().split("/").at(-2) ?? "";
    expect(folder).toMatch(/^orch-/);
    expect(await readdir(tmpdir())).not.toContain(folder);
  });

  test("G13: a gigabyte of output is bounded, its head and tail kept", async () => {
    const { ended, output, omittedBytes } = await run(
      "echo first; head -c 1000000000 /dev/zero | tr '\\0' x; echo; echo last",
    );
    expect(ended).toEqual({ kind: "exited", code: 0 });
    expect(output).toMatch(/^first\nx/);
    expect(output).toMatch(/x\nlast\n$/);
    expect(omittedBytes).toBe(1_000_000_012 - headBytesMax - tailBytesMax);
    expect(output).toContain(`[… ${omittedBytes} bytes left out …]`);
    expect(output.length).toBeLessThan(headBytesMax + tailBytesMax + 100);
  });

  test("G13: binary output is text of the same length at most", async () => {
    const { ended, output } = await run("head -c 100000 /dev/urandom");
    expect(ended).toEqual({ kind: "exited", code: 0 });
    expect(output.length).toBeGreaterThan(0);
    expect(output.length).toBeLessThanOrEqual(100_000);
  });

  test("G13: a daemon that holds stdout neither hangs the shell nor outlives it", async () => {
    const cwd = await tempFolder();
    const seconds = uniqueSeconds();
    const { ended, output, durationMs } = await run(
      `echo said; ${leaveBehind("double fork", seconds, join(cwd, "flag"))}`,
      { cwd },
    );
    expect([ended, output]).toEqual([{ kind: "exited", code: 0 }, "said\n"]);
    expect(durationMs).toBeLessThan(8_000);
    expect(await sleepers(seconds)).toEqual([]);
  });

  test("a hung command is ended with all that it started, and what it said is kept", async () => {
    const seconds = uniqueSeconds();
    const { ended, output } = await run(
      `trap '' TERM; echo said; setsid sleep ${seconds} & sleep ${seconds}`,
      // it must have said so by then: a container takes a while to begin
      { timeoutMs: sandbox.kind === "container" ? 4_000 : 300 },
    );
    expect([ended, output]).toEqual([{ kind: "timedOut" }, "said\n"]);
    expect(await sleepers(seconds)).toEqual([]);
  });

  test("an abort ends a command; a shell that is aborted already starts none", async () => {
    const seconds = uniqueSeconds();
    const controller = new AbortController();
    const running = run(`sleep ${seconds}`, { signal: controller.signal });
    await until(async () => (await sleepers(seconds)).length > 0, "it runs");
    controller.abort();
    expect((await running).ended).toEqual({ kind: "aborted" });
    expect(await sleepers(seconds)).toEqual([]);
    const cwd = await tempFolder();
    const late = await run("echo > ran", { signal: controller.signal, cwd });
    expect(late.ended).toEqual({ kind: "aborted" });
    expect(await readdir(cwd)).toEqual([]);
  });

  test("a command that a signal killed is told from one that failed", async () => {
    expect((await run("kill -SEGV $$")).ended).toEqual({ kind: "killed", signal: "SIGSEGV" });
    expect((await run("kill -KILL $$")).ended).toEqual({ kind: "killed", signal: "SIGKILL" });
    expect((await run("exit 129")).ended).toEqual({ kind: "exited", code: 129 });
  });

  test("a folder that is not there and a command that cannot be passed are answers", async () => {
    const gone = await run("true", { cwd: "/nowhere/at/all" });
    expect(gone.ended).toEqual({ kind: "unstartable", detail: "no folder /nowhere/at/all" });
    const odd = await run("echo \0");
    expect(odd.ended.kind).toBe("unstartable");
  });

  test("a command's own files stay where it wrote them", async () => {
    const cwd = await tempFolder();
    await writeFile(join(cwd, "in"), "x");
    expect((await run("cp in out", { cwd })).ended).toEqual({ kind: "exited", code: 0 });
    expect(await readdir(cwd)).toEqual(["in", "out"]);
  });
});
