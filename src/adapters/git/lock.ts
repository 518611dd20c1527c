/** Locks that outlive nobody: a file that names the process which holds it. */
import { existsSync, readFileSync, unlinkSync } from "node:fs";
import { link, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { RepoError } from "../../ports/repo.ts";
import { nameBeside } from "./beside.ts";

/** A pid alone may be somebody else's by now; with its start time and the boot it is exact. */
export interface Identity {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
}

/** A breaker lives for the time of three system calls; an older one was left by a crash. */
const breakerLifeMs = 10_000;
const retryMs = 25;

/** Takes the lock file at `path`; `null` where a living process holds it. */
export async function tryLock(path: string): Promise<Lock | null> {
  if ((await placed(path)) || ((await brokeStale(path)) && (await placed(path)))) {
    return { release: () => removed(path) };
  }
  return null;
}

export interface Lock {
  /** Gives the lock back at once; twice is once. */
  release(): void;
}

/** Runs `work` under the lock file at `path`, waiting for whoever holds it. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let lock = await tryLock(path);
  while (lock === null) {
    await wait(retryMs, undefined, { signal });
    lock = await tryLock(path);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Tells whether a living process holds the lock file at `path`. */
export async function isHeld(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  return holder !== null && isAlive(holder);
}

async function placed(path: string): Promise<boolean> {
  const own = nameBeside(path);
  await writeFile(own, JSON.stringify(identityOf(process.pid)));
  try {
    // a link appears whole or not at all: nobody ever reads half an identity
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw new RepoError(`cannot lock ${path}`, "check that the data folder can be written", {
      cause: error,
    });
  } finally {
    await unlink(own);
  }
}

/** Removes the lock of a dead process; one breaker at a time, so that no fresh lock is removed. */
async function brokeStale(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  if (holder !== null && isAlive(holder)) return false;
  const breaker = `${path}.breaker`;
  try {
    await writeFile(breaker, "", { flag: "wx" });
  } catch {
    // somebody else is breaking it; a breaker left by a crash is taken away for the next try
    const since = await stat(breaker).catch(() => null);
    if (since !== null && Date.now() - since.mtimeMs > breakerLifeMs) removed(breaker);
    return false;
  }
  const again = await holderOf(path);
  if (again === null || !isAlive(again)) removed(path);
  removed(breaker);
  return true;
}

async function holderOf(path: string): Promise<Identity | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return parseIdentity(value);
  } catch {
    return null; // damaged: nobody can be held to it
  }
}

/** Reads an identity that was written down; `null` where it is none. */
export const parseIdentity = (value: unknown): Identity | null =>
  isIdentity(value) ? value : null;

/** This process. */
export function ownIdentity(): Identity {
  const own = identityOf(process.pid);
  if (own === null) throw new Error("this process cannot be identified");
  return own;
}

function isIdentity(value: unknown): value is Identity {
  return typeof value === "object" && value !== null && "pid" in value && "started" in value;
}

/** Tells whether the very process that was identified is running. */
export function isAlive(who: Identity): boolean {
  const now = identityOf(who.pid);
  return now !== null && now.started === who.started && now.boot === who.boot;
}

/** The process with this pid now; `null` where there is none, or only its corpse. */
function identityOf(pid: number): Identity | null {
  if (!existsSync("/proc/self/stat")) return withoutProc(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the second field is the program's name, which may hold spaces and brackets
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { pid, started: fields[19] ?? "", boot };
  } catch {
    return null; // no such process
  }
}

function withoutProc(pid: number): Identity | null {
  try {
    process.kill(pid, 0);
    return { pid, started: "", boot: "" };
  } catch (error) {
    return codeOf(error) === "EPERM" ? { pid, started: "", boot: "" } : null;
  }
}

function removed(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // gone already
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
