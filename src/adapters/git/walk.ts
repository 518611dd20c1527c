/** Looks through a folder that an agent has written to, for what must never become a commit. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { bytesOf, isGitDir, type RawPath, shown } from "./paths.ts";

/** Folders are read a few at a time: more does not go faster and starves others of threads. */
const readersMax = 8;
/** Enough to see what is wrong. */
const problemsMax = 50;

/** Names nested repositories, FIFOs, sockets and devices below `root`, but for `pruned` folders. */
export async function plantedIn(root: string, pruned: ReadonlySet<RawPath>): Promise<string[]> {
  const problems: string[] = [];
  let level: RawPath[] = [""];
  while (level.length > 0 && problems.length < problemsMax) {
    const below: RawPath[] = [];
    for (let at = 0; at < level.length; at += readersMax) {
      const batch = level.slice(at, at + readersMax);
      const found = await Promise.all(batch.map((folder) => lookedInto(root, folder, pruned)));
      for (const each of found) {
        problems.push(...each.problems);
        below.push(...each.folders);
      }
    }
    level = below;
  }
  return problems.slice(0, problemsMax);
}

interface Look {
  readonly problems: readonly string[];
  readonly folders: readonly RawPath[];
}

async function lookedInto(
  root: string,
  folder: RawPath,
  pruned: ReadonlySet<RawPath>,
): Promise<Look> {
  const where = Buffer.concat([Buffer.from(`${root}/`), bytesOf(folder)]);
  const problems: string[] = [];
  const folders: RawPath[] = [];
  for (const entry of await readdir(where, { withFileTypes: true, encoding: "buffer" })) {
    const name = entry.name.toString("latin1");
    const path = folder === "" ? name : `${folder}/${name}`;
    if (path === ".git" || pruned.has(path)) continue;
    const problem = problemOf(entry, name);
    if (problem !== null) problems.push(`${shown(path)}: ${problem}`);
    else if (entry.isDirectory()) folders.push(path);
  }
  return { problems, folders };
}

function problemOf(entry: Dirent<Buffer>, name: string): string | null {
  if (isGitDir(name)) return "a nested repository";
  if (entry.isFIFO()) return "a FIFO";
  if (entry.isSocket()) return "a socket";
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return "a device";
  return null;
}
