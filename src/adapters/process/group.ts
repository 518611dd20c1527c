/**
 * Process groups: a child that leads its own can be signalled and waited for with all that it
 * started.
 */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** Signals every process of a group; `false` where nobody is left in it. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  if (leader <= 1) return false; // -1 would mean everybody
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false; // nobody is left, or nobody that we may signal
  }
}

/**
 * Kills a group and waits until none of it runs, at most `withinMs` milliseconds. A PID namespace's
 * first process is in its starter's group and ends only after the whole namespace, so that this
 * waits for namespaces too.
 */
export async function killGroup(leader: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (let pauseMs = 1; signalGroup(leader, "SIGKILL"); pauseMs = Math.min(pauseMs * 2, 50)) {
    // Zombies that nobody reaps stay in their group for ever; only the living count.
    if (pauseMs > 8 && !(await hasLiving(leader))) return true;
    if (performance.now() > until) return false;
    await wait(pauseMs);
  }
  return true;
}

async function hasLiving(leader: number): Promise<boolean> {
  const entries = await readdir("/proc").catch(() => null);
  if (entries === null) return true; // no /proc here: only the signal can tell
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = parseStat(await readFile(`/proc/${entry}/stat`, "utf8").catch(() => ""));
    if (stat?.group === leader && !stat.dead) return true;
  }
  return false;
}

interface Stat {
  readonly dead: boolean;
  readonly group: number;
  readonly parent: number;
  /** Processor time of its own and of those whom it has waited for, in clock ticks. */
  readonly cpuTicks: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
}

/** Reads a line of `/proc/<pid>/stat`; `null` where it is none. A zombie counts as dead. */
export function parseStat(line: string): Stat | null {
  // The name in parentheses may hold anything, parentheses and spaces included.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, group, startTime] = [fields[0], fields[2], fields[19]];
  if (state === undefined || group === undefined || startTime === undefined) return null;
  const cpuTicks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  const dead = /^[ZXx]$/.test(state);
  return { dead, group: Number(group), parent: Number(fields[1]), cpuTicks, startTime };
}
