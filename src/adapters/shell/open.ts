/** Runs a project's commands in the sandbox, each with a home of its own. */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { constants } from "node:os";
import type { Sandbox } from "../../ports/sandbox.ts";
import type { CommandRequest, CommandResult, Shell } from "../../ports/shell.ts";
import { type ProcessResult, runProcess } from "../process.ts";
import { openPrivateHome } from "./home.ts";
import { openBoundedOutput } from "./output.ts";

export interface ShellOptions {
  readonly sandbox: Sandbox;
  /** The clean environment without HOME and TMPDIR, which each run gets anew. */
  readonly env: Readonly<Record<string, string>>;
  /** Stands for the data folder in the names of its homes. */
  readonly mark?: string;
  /** Folders of caches that runs share, and may change; made where they are not there. */
  readonly caches?: readonly string[];
}

/** Opens a shell that runs commands with `env` and nothing else of our environment. */
export function openShell({ sandbox, env, mark = "home", caches = [] }: ShellOptions): Shell {
  return {
    containment: sandbox.kind === "group" ? "process group" : sandbox.kind,
    async run(request, signal) {
      await using home = await openPrivateHome(env["PATH"] ?? "/usr/bin:/bin", mark);
      for (const each of caches) await mkdir(each, { recursive: true, mode: 0o700 });
      const own = [...Object.values(home.env), ...caches, ...(request.writable ?? [])];
      const whole = { ...request, env: { ...env, ...home.env, ...request.env }, writable: own };
      return await runHeld(sandbox, whole, signal);
    },
  };
}

async function runHeld(
  sandbox: Sandbox,
  request: CommandRequest,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { command, cwd, env, timeoutMs, writable = [], readable = [], network } = request;
  const startedAt = performance.now();
  const output = openBoundedOutput();
  const session = randomUUID();
  const argv = sandbox.wrap({
    // One pipe for both, so that their order is kept.
    argv: ["sh", "-c", 'exec 2>&1; exec sh -c "$1"', "sh", command],
    cwd,
    writable: [cwd, ...writable],
    readable,
    session,
    ...(network === undefined ? {} : { network }),
  });
  const onOutput = (chunk: Uint8Array): void => output.take(chunk);
  const { ended } = await runProcess({ argv, cwd, env, timeoutMs, bytesMax: 0, onOutput }, signal);
  await sandbox.sweep(session, new AbortController().signal); // an abort must not leave anything
  return {
    ended: asOfProgram(ended),
    output: output.text(),
    omittedBytes: output.omittedBytes,
    durationMs: performance.now() - startedAt,
  };
}

/** What a program dies of without wishing to; other codes above 128 are some programs' own. */
const deadly = ["SIGINT", "SIGILL", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGSEGV", "SIGTERM"];

/** Whatever stands between us and a program turns its death by signal n into the code 128 + n. */
function asOfProgram(ended: ProcessResult["ended"]): CommandResult["ended"] {
  if (ended.kind !== "exited") return ended;
  const number = ended.code - 128;
  const found = Object.entries(constants.signals).find(
    ([name, value]) => value === number && deadly.includes(name),
  );
  return found === undefined ? ended : { kind: "killed", signal: found[0] };
}
