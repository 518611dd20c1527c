/** Whether the disk has room for work to be begun. */
import { access, statfs } from "node:fs/promises";
import { dirname } from "node:path";

const mib = 1024 * 1024;
/** Below this a ledger's write or a workspace may not fit, and what is running needs the rest. */
const freeMin = 200 * mib;

/** Says what is lacking in a folder's file system; null where there is room, or none can tell. */
export async function lackOfRoom(folder: string): Promise<string | null> {
  try {
    const { bavail, bsize } = await statfs(await existing(folder));
    const free = bavail * bsize;
    if (free >= freeMin) return null;
    const [has, needs] = [free, freeMin].map((bytes) => Math.floor(bytes / mib));
    return `only ${has} MiB are free in ${folder}; nothing is started below ${needs} MiB`;
  } catch {
    return null; // what cannot be looked at is told by whoever needs it
  }
}

/** The folder, or the nearest one above it that is there. */
async function existing(folder: string): Promise<string> {
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  return there || folder === dirname(folder) ? folder : existing(dirname(folder));
}
