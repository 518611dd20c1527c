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
  /** Their disks; none where that cannot be told. */
  disks: readonly Disk[];
  /** Free bytes of those at the start; null where that cannot be told. */
  free: number | null;
  /** The most that was free since, and whether that has grown: others gave some back. */
  most: number;
  doubted: boolean;
  /** When its folders were last added up, and how long that took. */
  summed: { readonly atMs: number; readonly tookMs: number };
  weighing: boolean;
}

interface Disk {
  readonly device: number;
  /** A folder on it. */
  readonly folder: string;
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
    ...{ startedMs: Date.now(), disks: [], free: null, weighing: false },
    ...{ most: 0, doubted: false, summed: { atMs: 0, tookMs: 0 } },
    strike: (why) => {
      watched.delete(entry);
      strike(why);
    },
  };
  watched.add(entry);
  void disksOf(entry.folders).then(async (disks) => {
    entry.disks = disks;
    entry.free = await freeOn(disks, new Map());
    entry.most = entry.free ?? 0;
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
  const looks: Looks = new Map();
  for (const entry of watched) {
    const usage = usages?.get(entry.pid);
    const why = usage === undefined ? null : passed(usage, entry.limits);
    if (why !== null) entry.strike(why);
    else void weigh(entry, looks);
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
async function weigh(entry: Watched, looks: Looks): Promise<void> {
  const { disks, free, weighing, folders, limits, startedMs } = entry;
  if (weighing || free === null) return;
  entry.weighing = true;
  const now = await freeOn(disks, looks);
  if (now !== null && (free - now > limits.diskBytes || isDoubtful(entry, now))) {
    const atMs = performance.now();
    const added = await addedSince(folders, startedMs);
    entry.summed = { atMs, tookMs: performance.now() - atMs };
    if (added > limits.diskBytes && watched.has(entry))
      entry.strike(
        `${inMib(added)} written to disk, where max_disk_mb allows ${inMib(limits.diskBytes)}`,
      );
  }
  entry.weighing = false;
}

/** Adding up takes no more than this part of the time. */
const summingShare = 1 / 20;
const summingMinMs = 2_000;

/** What somebody else gave back hides what this one took: it is added up now and then. */
function isDoubtful(entry: Watched, now: number): boolean {
  const { atMs, tookMs } = entry.summed;
  entry.doubted ||= now > entry.most;
  entry.most = Math.max(entry.most, now);
  return entry.doubted && performance.now() - atMs > Math.max(summingMinMs, tookMs / summingShare);
}

/** The disks that folders lie on. */
async function disksOf(folders: readonly string[]): Promise<readonly Disk[]> {
  const disks = new Map<number, Disk>();
  for (const folder of folders) {
    const found = await stat(folder).catch(() => null); // one that cannot be asked is not watched
    if (found === null || disks.has(found.dev)) continue;
    disks.set(found.dev, { device: found.dev, folder });
  }
  return [...disks.values()];
}

/** Free bytes by device, asked for once in a step, whoever writes to it. */
type Looks = Map<number, Promise<number>>;

async function freeOn(disks: readonly Disk[], looks: Looks): Promise<number | null> {
  if (disks.length === 0) return null;
  try {
    return Math.min(...(await Promise.all(disks.map((disk) => freeBytes(disk, looks)))));
  } catch {
    return null; // a disk that cannot be asked is not watched
  }
}

function freeBytes({ device, folder }: Disk, looks: Looks): Promise<number> {
  const ask = () => statfs(folder).then(({ bavail, bsize }) => bavail * bsize);
  // whoever asked first may have removed its folder meanwhile
  const asked = looks.get(device)?.catch(ask) ?? ask();
  looks.set(device, asked);
  return asked;
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
