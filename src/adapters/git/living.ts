/** Which git processes are at work somewhere: a lock of a living one is nobody else's to remove. */
import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * Tells whether a git is at work on one of the folders: it names one, or stands in one. `null`
 * where this machine does not say.
 */
export async function gitAt(folders: readonly string[]): Promise<boolean | null> {
  const entries = await readdir("/proc").catch(() => null);
  if (entries === null || process.platform !== "linux") return null;
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    const words = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
    // what git starts has git's name in its own, or is told where to work by its environment
    if (!/(^|\/)git/.test(words.split("\0")[0] ?? "")) continue;
    const cwd = await readlink(`/proc/${entry}/cwd`).catch(() => "");
    const env = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
    const near = folders.some(
      (folder) =>
        words.includes(folder) ||
        cwd === folder ||
        cwd.startsWith(`${folder}/`) ||
        env.includes(`GIT_DIR=${folder}`),
    );
    if (near) return true;
  }
  return false;
}
