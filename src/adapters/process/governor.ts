/**
 * Ends whoever uses more than it was given. The kernel's own limits count by user or by process,
 * and are not there for root: whole trees are looked at in steps, so that a limit may be passed for
 * as long as a step takes.
 */
import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { ResourceLimits } from "../../core/portfolio.ts";
import { census, type Usage } from "./census.ts";

/** A tree of processes, and the folders that it may change. */
export interface Governed {
  readonly pid: number;
  readonly limits: ResourceLimits;
  readonly folders: readonly string[];
}

interface Watched extends Governed {
  readonly strike: (why: string) => void;
  readonly startedMs: number;
  /** Free bytes of the folders' disks at the start; null where that cannot be told. */
  free: number | null;
  weighing: boolean;
}

const stepMs = 250;
const mib = 2 ** 20;
const watched = new Set<Watched>();
let timer: NodeJS.Timeout | null = null;

/**
 * Watches a tree until the answer is called; calls `strike` once, with the limit that it passed and
 * what it used. Only disks are watched where there is no `/proc`.
 */
export function govern(governed: Governed, strike: (why: string) => void): () => void {
  const entry: Watched = {
    ...governed,
    ...{ startedMs: Date.now(), free: null, weighing: false },
    strike: (why) => {
      watched.delete(entry);
      strike(why);
    },
  };
  watched.add(entry);
  void freeBytes(entry.folders).then((free) => {
    entry.free = free;
  });
  timer ??= setInterval(step, stepMs).unref();
  return () => {
    watched.delete(entry);
    if (watched.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function step(): void {
  const usages = process.platform === "linux" ? census([...watched].map(({ pid }) => pid)) : null;
  for (const entry of watched) {
    const usage = usages?.get(entry.pid);
    const why = usage === undefined ? null : passed(usage, entry.limits);
    if (why !== null) entry.strike(why);
    else void weigh(entry);
  }
}

/** Says which limit was passed, and by what. */
export function passed(usage: Usage, limits: ResourceLimits): string | null {
  const { processes, memoryBytes, cpuMs } = usage;
  if (processes > limits.processes)
    return `${processes} processes, where max_processes allows ${limits.processes}`;
  if (memoryBytes > limits.memoryBytes) {
    const [used, allowed] = [memoryBytes, limits.memoryBytes].map(inMib);
    return `${used} of memory, where max_memory_mb allows ${allowed}`;
  }
  if (limits.cpuMs !== null && cpuMs > limits.cpuMs) {
    const [used, allowed] = [cpuMs, limits.cpuMs].map((ms) => Math.round(ms / 1_000));
    return `${used} s of processor time, where max_cpu_seconds allows ${allowed}`;
  }
  return null;
}

/**
 * Counting files takes long: only where the disk has lost as much as somebody may write, by
 * whomever.
 */
async function weigh(entry: Watched): Promise<void> {
  const { free, weighing, folders, limits, startedMs } = entry;
  if (weighing || free === null) return;
  entry.weighing = true;
  const now = await freeBytes(folders);
  if (now !== null && free - now > limits.diskBytes) {
    const added = await addedSince(folders, startedMs);
    if (added > limits.diskBytes && watched.has(entry))
      entry.strike(
        `${inMib(added)} written to disk, where max_disk_mb allows ${inMib(limits.diskBytes)}`,
      );
  }
  entry.weighing = false;
}

async function freeBytes(folders: readonly string[]): Promise<number | null> {
  try {
    const all = await Promise.all(folders.map((folder) => statfs(folder)));
    return Math.min(...all.map(({ bavail, bsize }) => bavail * bsize));
  } catch {
    return null; // a disk that cannot be asked is not watched
  }
}

/** Bytes on disk of what was made or changed in folders since a time. */
async function addedSince(folders: readonly string[], sinceMs: number): Promise<number> {
  let bytes = 0;
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const found = await stat(join(folder, entry.name)).catch(() => null);
      if (found !== null && found.ctimeMs >= sinceMs) bytes += found.blocks * 512;
    }
    const below = inner.map((name) => join(folder, name));
    bytes += await addedSince(below, sinceMs);
  }
  return bytes;
}

const inMib = (bytes: number): string => `${Math.round(bytes / mib)} MiB`;
