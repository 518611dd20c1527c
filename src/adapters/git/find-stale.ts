/** Files that a killed git, or we ourselves, left half done: locks and temporary files. */
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Finding, Found } from "../../ports/caretaker.ts";
import { gitAt } from "./living.ts";

/** What is younger may be somebody's who is about to show up. */
const youngMs = 5_000;
/** Where nobody tells which processes live: longer than any call of ours lasts. */
const unknownMs = 35 * 60_000;
/** Files that we write aside take seconds. */
const asideMs = 3_600_000;

interface Look {
  readonly kind: "lock" | "temporary";
  readonly project: Finding["project"];
  readonly now: number;
  /** Folders at which no git may be at work. */
  readonly at: readonly string[];
}

/** Turns files that are nobody's any more into findings. */
export async function staleFiles(paths: readonly string[], look: Look): Promise<readonly Found[]> {
  if (paths.length === 0) return [];
  const busy = await gitAt(look.at);
  if (busy === true) return [];
  const least = look.kind === "temporary" ? asideMs : busy === null ? unknownMs : youngMs;
  const found: Found[] = [];
  for (const path of paths) {
    const seen = await lstat(path).catch(() => null);
    if (seen === null || look.now - seen.mtimeMs < least) continue;
    found.push({
      finding: {
        kind: look.kind,
        project: look.project,
        what: `${path}, which a process that is dead left`,
        action: "removed",
        bytes: seen.size,
      },
      mend: () => rm(path, { recursive: true, force: true }),
    });
  }
  return found;
}

/** Lock files of git's in a git folder, but for those of objects. */
export async function gitLocks(gitDir: string, below: readonly string[]): Promise<string[]> {
  const top = (await names(gitDir)).filter((name) => name.endsWith(".lock"));
  const deep: string[] = [];
  for (const folder of below) {
    const inside = await readdir(join(gitDir, folder), { recursive: true }).catch(() => []);
    deep.push(...inside.filter((name) => name.endsWith(".lock")).map((name) => join(folder, name)));
  }
  return [...top, ...deep].map((name) => join(gitDir, name));
}

/** Objects and packs that were never finished. */
export async function halfObjects(gitDir: string): Promise<string[]> {
  const objects = join(gitDir, "objects");
  const found: string[] = [];
  for (const fan of await names(objects)) {
    if (fan !== "pack" && !/^[0-9a-f]{2}$/.test(fan)) continue;
    const half = (await names(join(objects, fan))).filter((name) => name.startsWith("tmp_"));
    found.push(...half.map((name) => join(objects, fan, name)));
  }
  return found;
}

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
