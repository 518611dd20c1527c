/** What a run must not leave behind. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { isHeld } from "../../src/adapters/git/lock.ts";

/**
 * Names processes, held workspaces, git's lock files and temporary files that are left below
 * `root`.
 */
export async function leftovers(root: string): Promise<readonly string[]> {
  return [
    ...(await processesIn(root)),
    ...(await locksIn(root)),
    ...(await readdir(join(root, "tmp")))
      .filter((name) => !name.startsWith("tsx-")) // the loader of a test's own child
      .map((name) => `temporary: ${name}`),
  ];
}

/** Living processes that were started with a folder below `root`, or stand in one. */
export async function processesIn(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    const line = await read("cmdline");
    const told = [line, await read("environ"), cwd].some((text) => text.includes(root));
    if (told) found.push(`process ${pid}: ${line.replaceAll("\0", " ").slice(0, 200)}`);
  }
  return found;
}

async function locksIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.name === "owner" && (await isHeld(path))) found.push(`held: ${path}`);
    const ofGit = /\/(\.git|[^/]+\.git)(\/|$)/.test(entry.parentPath);
    if (ofGit && entry.name.endsWith(".lock")) found.push(`lock: ${path}`);
  }
  return found;
}
