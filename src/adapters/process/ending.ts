/** How a run ends: by itself, or because its time is up or it is not wanted any more. */

import { signalGroup } from "./group.ts";
import type { Running } from "./here.ts";
import type { ProcessRequest, ProcessResult } from "./request.ts";

/** Between SIGTERM and SIGKILL, unless told. */
export const graceDefaultMs = 2_000;
/** A process that survives SIGKILL for longer hangs in the kernel; waiting on does not help. */
export const killWaitMs = 5_000;
/** Timers beyond this fire at once. */
const timerMaxMs = 2 ** 31 - 1;

/** Waits for the exit, not for the pipes: those may be held by others. */
export async function endOf(
  { pid, exited }: Pick<Running, "pid" | "exited">,
  request: Pick<ProcessRequest, "timeoutMs" | "graceMs">,
  signal: AbortSignal,
): Promise<ProcessResult["ended"]> {
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

/** Waits for a promise, but not for longer. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, bound]);
  clearTimeout(timer);
}
