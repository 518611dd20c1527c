import { setTimeout as wait } from "node:timers/promises";

/** Longest wait for a moment of a cycle: a loaded machine starts an agent in seconds. */
const limitMs = 40_000;

/** Waits until something holds, looking again and again; throws where it never does. */
export async function moment(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await wait(10);
  }
}
