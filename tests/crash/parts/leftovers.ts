/** What is left when a story is over: compared with what is left when nothing crashed. */
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { leftovers } from "../../support/leftovers.ts";
import type { Place } from "./place.ts";

/** Below these an agent's program, or git, names files as it likes; see `isStray`. */
const opaque = [/\/agents\/[^/]+\/claude\//, /\/workspaces\/slot-\d+\/tree\//];

/** Every file that the program keeps, each kind once; and what must never be left at all. */
export async function keptBy(place: Place): Promise<readonly string[]> {
  const kinds = new Set(await leftovers(place.root));
  for (const folder of ["data", "app/.orch", "app/.git", "home"]) {
    const entries = await readdir(join(place.root, folder), {
      recursive: true,
      withFileTypes: true,
    });
    for (const entry of entries) {
      if (entry.isDirectory()) continue;
      const path = `/${relative(place.root, join(entry.parentPath, entry.name))}`;
      if (opaque.some((each) => each.test(path))) continue;
      const kind = kindOf(path);
      if (kind !== null) kinds.add(kind);
    }
  }
  return [...kinds].sort();
}

/** A file's path without numbers and ids; null for git's own objects. */
function kindOf(path: string): string | null {
  if (/\/objects\/(?:[0-9a-f]{2}\/[0-9a-f]{38}|pack\/pack-[0-9a-f]{40}\.\w+|info\/.*)$/.test(path))
    return null;
  if (/\.db-(?:wal|shm)$/.test(path)) return null; // a reader that comes last leaves them or not
  return path
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
    .replace(/\b[0-9a-f]{40}\b/g, "<hash>")
    .replace(
      /((?:plan|work|judge|resolve)-|cycle_|workers\/|verdicts\/|merged\/|rescue\/)[a-z0-9]{12}\b/g,
      "$1<id>",
    )
    .replace(/slot-\d+/, "slot-<n>")
    .replace(/hubs\/[0-9a-f]+/, "hubs/<hash>");
}
