/** Programs that this process starts itself. */
import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { openCapture } from "./capture.ts";
import { drained } from "./drain.ts";
import { whyShut } from "./entry.ts";
import type { ProcessRequest, ProcessResult } from "./request.ts";

/** A program that runs, and leads its group. */
export interface Running {
  readonly kind: "started";
  readonly pid: number;
  readonly exited: Promise<ProcessResult["ended"]>;
  /** What it wrote, once it has ended; also where somebody else holds its pipes. */
  output(): Promise<Omit<ProcessResult, "ended">>;
}

export type Started = Running | { readonly kind: "unstartable"; readonly detail: string };

/** Starts a program; what it cannot be given is an answer too. */
export async function startHere(request: ProcessRequest): Promise<Started> {
  const [file, ...args] = request.argv;
  try {
    const child = spawn(file, args, {
      cwd: request.cwd,
      env: { ...request.env },
      detached: true,
      stdio: [request.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    if (child.pid === undefined) {
      const error = await new Promise<Error>((resolve) => child.once("error", resolve));
      return await unstartable(error.message, request.cwd);
    }
    child.stdin?.on("error", () => undefined); // it need not read what it is given
    child.stdin?.end(request.stdin);
    const exited = new Promise<ProcessResult["ended"]>((resolve) => {
      child.once("exit", (code, name) => resolve(exitOf(code, name)));
      child.once("error", () => undefined); // failing to signal it is no end of it
    });
    return { kind: "started", pid: child.pid, exited, output: heard(child, request) };
  } catch (error) {
    // too many or too long arguments, or a NUL byte in one of them
    return { kind: "unstartable", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The system names the program where in truth the folder is missing, or lets nobody in. */
export async function unstartable(detail: string, cwd: string): Promise<Started> {
  const shut = whyShut(cwd);
  if (shut !== null) return { kind: "unstartable", detail: shut };
  const isFolder = await stat(cwd).then(
    (each) => each.isDirectory(),
    () => false,
  );
  return { kind: "unstartable", detail: isFolder ? detail : `no folder ${cwd}` };
}

/** What a code and a signal say of an end. */
export const exitOf = (code: number | null, signal: string | null): ProcessResult["ended"] =>
  code === null ? { kind: "killed", signal: signal ?? "unknown" } : { kind: "exited", code };

function heard(
  child: ReturnType<typeof spawn>,
  { bytesMax, onOutput }: ProcessRequest,
): Running["output"] {
  const [stdout, stderr] = [openCapture(bytesMax), openCapture(bytesMax)];
  child.stdout?.on("data", (chunk: Uint8Array) => {
    stdout.take(chunk);
    onOutput?.(chunk, "stdout");
  });
  child.stderr?.on("data", (chunk: Uint8Array) => {
    stderr.take(chunk);
    onOutput?.(chunk, "stderr");
  });
  return async () => {
    await drained([child.stdout, child.stderr]);
    const truncated = Math.max(stdout.total, stderr.total) > bytesMax;
    return { stdout: stdout.bytes(), stderr: stderr.bytes(), truncated };
  };
}
