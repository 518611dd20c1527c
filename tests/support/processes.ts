import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

let last = 0;

/** Seconds that only one test sleeps: they tell its sleeper from all others. */
export function uniqueSeconds(): string {
  last += 1;
  return `1000.${process.pid}${String(last).padStart(3, "0")}1`;
}

/** Numbers of the living processes that sleep for so many seconds, seen from the machine. */
export async function sleepers(seconds: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    if (line === `sleep\0${seconds}\0`) found.push(Number(entry));
  }
  return found;
}

/** Waits until `condition` holds; throws after 10 seconds. */
export async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await wait(5);
  }
}
