/**
 * The only place that starts processes, with its folder. Each child leads a process group of its
 * own, which ends with it; what leaves the group is for a sandbox to hold. Call from the main
 * thread only: a child that asks to die with its parent dies with the parent's *thread*.
 */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { type Readable, Writable } from "node:stream";
import { endOf, graceDefaultMs, killWaitMs, within } from "./process/ending.ts";
import { killGroup, signalGroup } from "./process/group.ts";
import { type Started, startHere } from "./process/here.ts";
import type { ProcessRequest, ProcessResult, ShortRequest } from "./process/request.ts";
import { startThere } from "./process/there.ts";

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

/** Time for the reader of an ended child's pipes to take what is left. */
const closeWaitMs = 2_000;

/**
 * Runs a program to its end; whatever happens to it is an answer. Its process group dies with it.
 */
export function runProcess(request: ProcessRequest, signal: AbortSignal): Promise<ProcessResult> {
  return runBy(startHere, request, signal);
}

/**
 * Runs a program as `runProcess` does; for programs that are started by the hundred and are over in
 * a moment. Where there are many, a small process of ours starts them (decision 12).
 */
export function runShort(request: ShortRequest, signal: AbortSignal): Promise<ProcessResult> {
  shortRuns += 1;
  return runBy(shortRuns > shortRunsHere ? startThere : startHere, request, signal);
}

let shortRuns = 0;
/** A command that needs a few is over sooner than the other process has begun. */
const shortRunsHere = 16;

async function runBy(
  start: (request: ProcessRequest) => Promise<Started>,
  request: ProcessRequest,
  signal: AbortSignal,
): Promise<ProcessResult> {
  const none = { stdout: new Uint8Array(), stderr: new Uint8Array(), truncated: false };
  if (signal.aborted) return { ended: { kind: "aborted" }, ...none };
  const started = await start(request);
  if (started.kind === "unstartable") return { ended: started, ...none };
  request.onStart?.(started.pid);
  const ended = await endOf(started, request, signal);
  await killGroup(started.pid, killWaitMs);
  return { ended, ...(await started.output()) };
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
