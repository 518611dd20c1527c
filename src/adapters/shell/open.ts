/** Runs a project's commands in the sandbox, each with a home of its own. */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { constants } from "node:os";
import type { ResourceLimits } from "../../core/portfolio.ts";
import { type Redact, redacting } from "../../core/redact.ts";
import type { CommandRequest, CommandResult, Shell } from "../../ports/shell.ts";
import { govern } from "../process/governor.ts";
import type { ProcessResult } from "../process/request.ts";
import { runProcess } from "../process.ts";
import { openPrivateHome } from "./home.ts";
import { type Outlet, type OutletOptions, openOutlet } from "./outlet.ts";
import { openBoundedOutput } from "./output.ts";

export interface ShellOptions extends OutletOptions {
  /** The clean environment without HOME and TMPDIR, which each run gets anew. */
  readonly env: Readonly<Record<string, string>>;
  /** Stands for the data folder in the names of its homes. */
  readonly mark?: string;
  /** Folders of caches that runs share, and may change; made where they are not there. */
  readonly caches?: readonly string[];
  /** What one command may use; no limit but its time where it is left out. */
  readonly limits?: ResourceLimits;
  /**
   * Takes secrets out of what commands print, before anybody reads, compares or keeps it; what
   * looks like one where it is left out.
   */
  readonly redact?: Redact;
}

/** Opens a shell that runs commands with `env` and nothing else of our environment. */
export function openShell(options: ShellOptions): Shell {
  const { sandbox, env, mark = "home", caches = [] } = options;
  return {
    containment: sandbox.kind === "group" ? "process group" : sandbox.kind,
    async run(request, signal) {
      await using home = await openPrivateHome(env["PATH"] ?? "/usr/bin:/bin", mark);
      for (const each of caches) await mkdir(each, { recursive: true, mode: 0o700 });
      const own = [...Object.values(home.env), ...caches, ...(request.writable ?? [])];
      await using outlet = await openOutlet(options, request.network ?? []);
      const whole = { ...env, ...home.env, ...request.env, ...outlet.env };
      const held = { ...request, env: whole, writable: own, network: outlet.network };
      return await runHeld(options, held, signal);
    },
  };
}

type Held = Omit<CommandRequest, "network"> & Pick<Outlet, "network">;

async function runHeld(
  { sandbox, limits, redact = redacting({}) }: ShellOptions,
  request: Held,
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
    ...{ session, network },
    ...(limits === undefined ? {} : { fileBytesMax: limits.diskBytes }),
  });
  const governor = openGovernor(limits, [cwd, ...writable]);
  const onOutput = (chunk: Uint8Array): void => {
    output.take(chunk);
    governor.heard(chunk.length);
  };
  const asked = { argv, cwd, env, timeoutMs, bytesMax: 0, onOutput, onStart: governor.started };
  const { ended } = await runProcess(asked, AbortSignal.any([signal, governor.signal]));
  const struck = governor.close();
  await sandbox.sweep(session, new AbortController().signal); // an abort must not leave anything
  return {
    ended: struck === null ? asOfProgram(ended) : { kind: "overLimit", detail: struck },
    output: redact(output.text()),
    omittedBytes: output.omittedBytes,
    durationMs: performance.now() - startedAt,
  };
}

/** Ends a command that uses more than it may; `close` says what that was, null if nothing. */
function openGovernor(limits: ResourceLimits | undefined, folders: readonly string[]) {
  const ending = new AbortController();
  let [bytes, struck, stop]: [number, string | null, () => void] = [0, null, () => undefined];
  const strike = (why: string): void => {
    struck ??= why;
    ending.abort();
  };
  return {
    signal: ending.signal,
    started(pid: number): void {
      if (limits !== undefined) stop = govern({ pid, limits, folders }, strike);
    },
    heard(more: number): void {
      bytes += more;
      if (limits === undefined || bytes <= limits.outputBytes) return;
      strike(`more output than the ${limits.outputBytes / 2 ** 20} MiB of max_output_mb`);
    },
    close(): string | null {
      stop();
      return struck;
    },
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
