/** Writes the audit trail into `<project>/.orch/`, where the person reads it. */
import { randomUUID } from "node:crypto";
import { constants, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Redact, redacting } from "../../core/redact.ts";
import {
  type Journal,
  type JournalEntry,
  type Journaled,
  journalFolders,
} from "../../ports/journal.ts";

const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.md$/;

/**
 * Opens the journal of the project whose folder is `project`; the folder itself is never created.
 */
export function openJournal(project: string, redact: Redact = redacting({})): Journal {
  const swept = new Set<string>();
  return {
    write: async (entry) => {
      const folder = join(project, ".orch", entry.folder);
      const written = await write(project, { ...entry, text: redact(entry.text) });
      if (written.kind === "written" && !swept.has(folder)) await sweep(folder);
      swept.add(folder);
      return written;
    },
  };
}

/** Says why the trail of a project cannot be written; null where it can, for all that is there. */
export async function whyNoTrail(project: string): Promise<string | null> {
  const root = join(project, ".orch");
  for (const each of [root, ...journalFolders.map((name) => join(root, name))]) {
    const trouble = await whyNoFolder(each);
    if (trouble !== null) return trouble;
  }
  return null;
}

async function write(project: string, entry: JournalEntry): Promise<Journaled> {
  if (!fileName.test(entry.file)) return failed(`${JSON.stringify(entry.file)} is no file name`);
  try {
    const root = join(project, ".orch");
    const folder = join(root, entry.folder);
    for (const each of [root, folder]) {
      const trouble = await makeFolder(each);
      if (trouble !== null) return failed(trouble);
    }
    await replace(folder, entry);
    return { kind: "written" };
  } catch (cause) {
    // Full, read-only or foreign disks: the ledger has it all, so the trail can be written later.
    return failed(cause instanceof Error ? cause.message : String(cause));
  }
}

const failed = (why: string): Journaled => ({ kind: "failed", why });

/**
 * Makes a folder, or says why what is there cannot be one: a link would lead out of the project.
 */
async function makeFolder(path: string): Promise<string | null> {
  try {
    await mkdir(path, { mode: 0o755 });
    return null;
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
  }
  return whyNoFolder(path);
}

async function whyNoFolder(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => null); // what is not there can be made
  if (found === null || found.isDirectory()) return null;
  return `${path} is ${found.isSymbolicLink() ? "a symlink" : "not a folder"}; remove it`;
}

/** Removes what processes left that died while they wrote. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid] = /^\..+\.md\.(\d+)\.[0-9a-f-]{36}\.tmp$/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // what cannot be removed now is tried again by the next start
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

async function replace(folder: string, { file, text }: JournalEntry): Promise<void> {
  const temporary = join(folder, `.${file}.${process.pid}.${randomUUID()}.tmp`);
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  try {
    const handle = await open(temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o644);
    try {
      await handle.writeFile(text);
      // Without it a power cut can leave the new name with nothing in it.
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Replaces a symlink of that name instead of following it.
    await rename(temporary, join(folder, file));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}
