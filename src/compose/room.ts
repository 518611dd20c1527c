/** Whether the data folder can be written, and its disk has room for work to be begun. */
import { access, constants, statfs } from "node:fs/promises";
import { makeFolder } from "../adapters/engine/sqlite/private.ts";
import type { Trouble } from "../cli/backstage.ts";

const mib = 1024 * 1024;
/** Below this a ledger's write or a workspace may not fit, and what is running needs the rest. */
const freeMin = 200 * mib;

/** Makes a data folder; says why nothing can be written there, null where something can. */
export async function whyUnwritable(folder: string): Promise<Trouble | null> {
  try {
    makeFolder(folder);
    await access(folder, constants.W_OK);
    return null;
  } catch (fault) {
    const code = fault instanceof Error && "code" in fault ? String(fault.code) : "";
    const why = reasons[code] ?? (fault instanceof Error ? fault.message : String(fault));
    return {
      what: `the data folder ${folder} cannot be written: ${why}`,
      hint: "correct `data_dir`, or give this account the right to write there",
    };
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no folder can be made there",
  ENOTDIR: "a part of its path is a file, not a folder",
  EEXIST: "a part of its path is a file, not a folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "its file system is read-only",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links lead in a circle",
};

/** Says why nothing can be begun in a data folder; null where something can, or none can tell. */
export async function lackOfRoom(folder: string): Promise<Trouble | null> {
  const trouble = await whyUnwritable(folder);
  if (trouble !== null) return trouble;
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free >= freeMin) return null;
    const [has, needs] = [free, freeMin].map((bytes) => Math.floor(bytes / mib));
    return {
      what: `only ${has} MiB are free in ${folder}; nothing is started below ${needs} MiB`,
      hint: "make room, or name another `data_dir`",
    };
  } catch {
    return null; // what cannot be looked at is told by whoever needs it
  }
}
