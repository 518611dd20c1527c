/** The only place that starts processes: argv in, bounded output and the way it ended out. */
import { execa } from "execa";

export interface ProcessRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs: number;
  /** Most bytes kept of stdout and of stderr. */
  readonly bytesMax: number;
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

/** Runs a program to its end; whatever happens to it is an answer. Its process group dies with it. */
export async function runProcess(
  request: ProcessRequest,
  signal: AbortSignal,
): Promise<ProcessResult> {
  const [file, ...args] = request.argv;
  const child = execa(file, args, {
    cwd: request.cwd,
    env: request.env,
    extendEnv: false,
    detached: true,
    reject: false,
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: request.bytesMax,
    timeout: request.timeoutMs,
    cancelSignal: signal,
    ...(request.stdin === undefined ? { stdin: "ignore" } : { input: request.stdin }),
  });
  const result = await child;
  if (child.pid !== undefined) endGroup(child.pid);
  return {
    ended: endedAs(result),
    stdout: result.stdout ?? new Uint8Array(),
    stderr: result.stderr ?? new Uint8Array(),
    truncated: result.isMaxBuffer,
  };
}

function endedAs(result: {
  readonly timedOut: boolean;
  readonly isCanceled: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly message?: string | undefined;
}): ProcessResult["ended"] {
  if (result.isCanceled) return { kind: "aborted" };
  if (result.timedOut) return { kind: "timedOut" };
  if (result.exitCode !== undefined) return { kind: "exited", code: result.exitCode };
  if (result.signal !== undefined) return { kind: "killed", signal: result.signal };
  return { kind: "unstartable", detail: result.message ?? "" };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // nobody is left in the group
  }
}
