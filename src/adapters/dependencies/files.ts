/** Reads a folder that an agent may have written to: no link is followed, nothing can block. */
import { createHash } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import { lstat, open, readdir, realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

/** Folders that package managers fill; what is in them is looked at only as a whole. */
const installedNames = new Set(["node_modules", ".venv", "venv", "__pypackages__"]);

/** A lockfile of a large monorepo has some 10 MB. */
const readMax = 64 * 2 ** 20;

/** Reads a regular file below `root`; `null` where there is none. */
export async function readInside(root: string, path: string): Promise<string | null> {
  if (!(await isInside(root, dirname(join(root, path))))) return null;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(join(root, path), flags);
    const stat = await file.stat();
    return stat.isFile() && stat.size <= readMax ? await file.readFile("utf8") : null;
  } catch {
    return null; // not there, or a link
  }
}

/** Tells whether a folder is truly below `root` (or is it), links resolved. */
export async function isInside(root: string, folder: string): Promise<boolean> {
  const [above, below] = await Promise.all([
    realpath(root).catch(() => null),
    realpath(folder).catch(() => null),
  ]);
  if (above === null || below === null) return false;
  return below === above || below.startsWith(above + sep);
}

/** Every path below `root`, without what is in `.git` and in installed folders. */
export async function listing(root: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(join(root, folder))) {
      if (entry.name === ".git") continue;
      const path = join(folder, entry.name);
      found.add(path);
      if (entry.isDirectory() && !installedNames.has(entry.name)) await walk(path);
    }
  };
  await walk("");
  return found;
}

/** Those of a listing that package managers fill. */
export function installedIn(paths: ReadonlySet<string>): readonly string[] {
  return [...paths].filter((path) => installedNames.has(path.split(sep).at(-1) ?? ""));
}

/**
 * Sums up everything in some folders below `root` by inode, size, mode and time of change: nobody
 * but root can write to a file without changing it. Missing folders count as such.
 */
export async function fingerprint(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  const walk = async (path: string): Promise<void> => {
    const stat = await lstat(join(root, path), { bigint: true }).catch(() => null);
    hash.update(`${path}\0${stat?.ino} ${stat?.size} ${stat?.mode} ${stat?.ctimeNs}\0`);
    if (stat?.isDirectory() !== true) return;
    const entries = await entriesOf(join(root, path));
    for (const { name } of entries) await walk(join(path, name));
  };
  for (const path of paths) await walk(path);
  return hash.digest("hex");
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // gone meanwhile
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
