/**
 * The only place that starts processes. Each child leads a process group of its own, which ends
 * with
 * it; what leaves the group is for a sandbox to hold. Call from the main thread only: a child that
 * asks to die with its parent dies with the parent's *thread*.
 */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { type Readable, Writable } from "node:stream";
import { openCapture } from "./process/capture.ts";
import { drained } from "./process/drain.ts";
import { killGroup, signalGroup } from "./process/group.ts";

export interface ProcessRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs: number;
  /** Most bytes kept of stdout and of stderr; the process goes on where it writes more. */
  readonly bytesMax: number;
  /** Time between SIGTERM and SIGKILL after a timeout or an abort; 2 seconds unless told. */
  readonly graceMs?: number;
  /** Called once it runs, with its process id; must not throw. */
  readonly onStart?: (pid: number) => void;
  /** Called with every chunk, also beyond `bytesMax`; must not throw. */
  readonly onOutput?: (chunk: Uint8Array, from: "stdout" | "stderr") => void;
}

export interface ProcessResult {
  readonly ended:
    | { readonly kind: "exited"; readonly code: number }
    | { readonly kind: "killed"; readonly signal: string }
    | { readonly kind: "timedOut" }
    | { readonly kind: "aborted" }
    | { readonly kind: "unstartable"; readonly detail: string };
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly truncated: boolean;
}

export interface SpawnRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly onStderr?: (chunk: Uint8Array) => void;
  /**
   * Written to descriptor 3 of the child and closed: it stands in no environment and on no disk.
   */
  readonly secret?: string;
}

/** A long-lived child with its three pipes; `kill` signals its whole process group. */
export type SpawnedProcess = ChildProcessByStdio<Writable, Readable, Readable> & {
  /** Ends the child and its group (SIGTERM, grace, SIGKILL); resolves when none of it runs. */
  end(): Promise<void>;
};

const graceDefaultMs = 2_000;
/** A process that survives SIGKILL for longer hangs in the kernel; waiting on does not help. */
const killWaitMs = 5_000;
/** Time for the reader of an ended child's pipes to take what is left. */
const closeWaitMs = 2_000;
/** Timers beyond this fire at once. */
const timerMaxMs = 2 ** 31 - 1;

/**
 * Runs a program to its end; whatever happens to it is an answer. Its process group dies with it.
 */
export async function runProcess(
  request: ProcessRequest,
  signal: AbortSignal,
): Promise<ProcessResult> {
  const [stdout, stderr] = [openCapture(request.bytesMax), openCapture(request.bytesMax)];
  const result = (ended: ProcessResult["ended"]): ProcessResult => ({
    ended,
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    truncated: Math.max(stdout.total, stderr.total) > request.bytesMax,
  });
  if (signal.aborted) return result({ kind: "aborted" });
  const started = await start(request, request.stdin === undefined ? "ignore" : "pipe");
  if (started.kind === "unstartable") return result(started);
  const { child, pid } = started;
  request.onStart?.(pid);
  child.stdout?.on("data", (chunk: Uint8Array) => {
    stdout.take(chunk);
    request.onOutput?.(chunk, "stdout");
  });
  child.stderr?.on("data", (chunk: Uint8Array) => {
    stderr.take(chunk);
    request.onOutput?.(chunk, "stderr");
  });
  child.stdin?.on("error", () => undefined); // it need not read what it is given
  child.stdin?.end(request.stdin);
  const ended = await endOf(child, pid, request, signal);
  await killGroup(pid, killWaitMs);
  await drained([child.stdout, child.stderr]);
  return result(ended);
}

/**
 * Runs a program on the person's own terminal, for as long as they like; answers its exit code.
 */
export function runAttached(request: Pick<SpawnRequest, "argv" | "cwd" | "env">): Promise<number> {
  const [file, ...args] = request.argv;
  const child = spawn(file, args, { cwd: request.cwd, env: request.env, stdio: "inherit" });
  // what a person types to end a command must not end us as well
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  return new Promise<number>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code) => resolve(code ?? 1));
  }).finally(() => process.off("SIGINT", ignore));
}

/**
 * Starts a long-lived child. An abort ends its group. A program that cannot be started is an
 * `error`
 * event; throws where the arguments cannot be passed at all (too long, a NUL byte).
 */
export function spawnProcess(request: SpawnRequest, signal: AbortSignal): SpawnedProcess {
  const [file, ...args] = request.argv;
  const child = spawn(file, args, {
    cwd: request.cwd,
    env: { ...request.env },
    detached: true,
    stdio: ["pipe", "pipe", "pipe", request.secret === undefined ? "ignore" : "pipe"],
  }) as ChildProcessByStdio<Writable, Readable, Readable>; // its first three are pipes
  handOver(child.stdio[3], request.secret);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.on("error", () => resolve());
  });
  child.stdin.on("error", () => undefined); // a child that has gone reads no more
  child.stderr.on("data", (chunk: Uint8Array) => request.onStderr?.(chunk));
  let ending: Promise<void> | null = null;
  const end = (): Promise<void> => {
    ending ??= endTree(child, exited).finally(() => signal.removeEventListener("abort", onAbort));
    return ending;
  };
  const onAbort = (): void => void end();
  signal.addEventListener("abort", onAbort, { once: true });
  void exited.then(end); // what it leaves behind in its group goes with it
  if (signal.aborted) onAbort();
  const kill = (wanted?: NodeJS.Signals | number): boolean => {
    const sent = signalGroup(child.pid ?? 0, typeof wanted === "string" ? wanted : "SIGTERM");
    if (sent) Object.assign(child, { killed: true });
    return sent;
  };
  return Object.assign(child, { end, kill });
}

/** Gives the child its secret; one that has gone already needs none. */
function handOver(pipe: unknown, secret: string | undefined): void {
  if (!(pipe instanceof Writable)) return;
  pipe.on("error", () => undefined);
  pipe.end(secret);
}

async function endTree(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    signalGroup(child.pid, "SIGTERM");
    await within(exited, graceDefaultMs);
  }
  await killGroup(child.pid, killWaitMs);
  // Whoever reads may take a while; whoever else holds the pipes is not waited for.
  if (!(child.stdout?.closed ?? true)) {
    await within(new Promise((resolve) => child.once("close", resolve)), closeWaitMs);
  }
  for (const pipe of child.stdio) pipe?.destroy();
}

type Started =
  | { readonly kind: "started"; readonly child: ChildProcess; readonly pid: number }
  | { readonly kind: "unstartable"; readonly detail: string };

async function start(request: ProcessRequest, stdin: "ignore" | "pipe"): Promise<Started> {
  const [file, ...args] = request.argv;
  try {
    const child = spawn(file, args, {
      cwd: request.cwd,
      env: { ...request.env },
      detached: true,
      stdio: [stdin, "pipe", "pipe"],
    });
    if (child.pid !== undefined) return { kind: "started", child, pid: child.pid };
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    // The system names the program where in truth the folder is missing.
    const isFolder = await stat(request.cwd).then(
      (each) => each.isDirectory(),
      () => false,
    );
    return { kind: "unstartable", detail: isFolder ? error.message : `no folder ${request.cwd}` };
  } catch (error) {
    // too many or too long arguments, or a NUL byte in one of them
    return { kind: "unstartable", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Waits for the exit, not for the pipes: those may be held by others. */
async function endOf(
  child: ChildProcess,
  pid: number,
  request: ProcessRequest,
  signal: AbortSignal,
): Promise<ProcessResult["ended"]> {
  const exited = new Promise<ProcessResult["ended"]>((resolve) => {
    child.once("exit", (code, name) =>
      resolve(
        code === null ? { kind: "killed", signal: name ?? "unknown" } : { kind: "exited", code },
      ),
    );
    child.once("error", () => undefined); // failing to signal it is no end of it
  });
  const stopped = new Promise<"timedOut" | "aborted">((resolve) => {
    const timer = setTimeout(resolve, Math.min(request.timeoutMs, timerMaxMs), "timedOut");
    const onAbort = (): void => resolve("aborted");
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    void exited.then(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    });
  });
  const first = await Promise.race([exited, stopped]);
  if (typeof first !== "string") return first;
  signalGroup(pid, "SIGTERM");
  await within(exited, request.graceMs ?? graceDefaultMs);
  signalGroup(pid, "SIGKILL");
  await within(exited, killWaitMs);
  return { kind: first };
}

async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, bound]);
  clearTimeout(timer);
}
