/** What a tree of processes uses, read from Linux's `/proc`. */
import { readdirSync, readFileSync } from "node:fs";
import { parseStat } from "./group.ts";

/** Sums over a tree of processes, its root included. */
export interface Usage {
  readonly processes: number;
  /** Memory that is theirs alone, in bytes. */
  readonly memoryBytes: number;
  /** Processor time of theirs, and of those whom they have waited for. */
  readonly cpuMs: number;
}

/** The kernel tells times in hundredths of a second, whatever its own clock is. */
const tickMs = 10;

interface Seen {
  readonly parent: number;
  readonly cpuMs: number;
}

/** Answers what the trees of `roots` use; one look at all processes serves them all. */
export function census(roots: readonly number[]): ReadonlyMap<number, Usage> {
  const seen = new Map<number, Seen>();
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const found = Number.isNaN(pid) ? null : look(pid);
    if (found === null) continue;
    seen.set(pid, found);
    children.set(found.parent, [...(children.get(found.parent) ?? []), pid]);
  }
  return new Map(roots.map((root) => [root, usageOf(root, seen, children)]));
}

function usageOf(
  root: number,
  seen: ReadonlyMap<number, Seen>,
  children: ReadonlyMap<number, readonly number[]>,
): Usage {
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return {
    processes: tree.length,
    memoryBytes: tree.reduce((sum, pid) => sum + memoryOf(pid), 0),
    cpuMs: tree.reduce((sum, pid) => sum + (seen.get(pid)?.cpuMs ?? 0), 0),
  };
}

function look(pid: number): Seen | null {
  const stat = parseStat(read(`/proc/${pid}/stat`));
  return stat === null ? null : { parent: stat.parent, cpuMs: stat.cpuTicks * tickMs };
}

function memoryOf(pid: number): number {
  const kib = /^RssAnon:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1];
  return kib === undefined ? 0 : Number(kib) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}
