/** Whether the disk has room for work to be begun. */
import { statfs } from "node:fs/promises";

const mib = 1024 * 1024;
/** Below this a ledger's write or a workspace may not fit, and what is running needs the rest. */
const freeMin = 200 * mib;

/** Says what is lacking in a folder's file system; null where there is room, or none can tell. */
export async function lackOfRoom(folder: string): Promise<string | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free >= freeMin) return null;
    const [has, needs] = [free, freeMin].map((bytes) => Math.floor(bytes / mib));
    return `only ${has} MiB are free in ${folder}; nothing is started below ${needs} MiB`;
  } catch {
    return null; // a folder that is not there yet is not full
  }
}
