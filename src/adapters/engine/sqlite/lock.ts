/**
 * One engine process for each data folder. SQLite holds the lock: the system frees it with the
 * process, however that dies, and keeps it while the process is only stopped.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as z from "zod";
import { explaining } from "./errors.ts";
import { createPrivately } from "./private.ts";

export interface Holder {
  readonly kind: "daemon" | "run";
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Where it asks the model, for whoever hands it work. */
  readonly asks?: string | undefined;
}

export type DataDirLock =
  | { readonly kind: "held"; release(): void }
  /** `holder` is null for the moment in which it has not introduced itself yet. */
  | { readonly kind: "busy"; readonly holder: Holder | null };

const holder: z.ZodType<Holder> = z.object({
  kind: z.enum(["daemon", "run"]),
  pid: z.int(),
  since: z.number(),
  asks: z.string().optional(),
});

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Database.Database>();

/**
 * Takes the lock of a data folder, or says who has it. Throws `LedgerError` where it cannot tell.
 */
export function lockDataDir(dataDir: string, who: Pick<Holder, "kind" | "asks">): DataDirLock {
  const path = join(dataDir, "engine.lock");
  const card = `${path}.json`;
  return explaining(path, () => {
    createPrivately(path);
    const db = new Database(path, { fileMustExist: true, timeout: 0 });
    try {
      db.exec("BEGIN EXCLUSIVE");
      const mine: Holder = { ...who, pid: process.pid, since: Date.now() };
      writeFileSync(card, JSON.stringify(mine), { mode: 0o600 });
    } catch (error) {
      db.close();
      if (!isBusy(error)) throw error;
      return { kind: "busy", holder: readHolder(card) };
    }
    held.add(db);
    return {
      kind: "held",
      release() {
        if (!db.open) return;
        // the card goes first: without the lock it would be another's
        rmSync(card, { force: true });
        held.delete(db);
        db.close();
      },
    };
  });
}

/** Who has the lock of a data folder; null where nobody has. A read: it creates nothing. */
export function holderOf(dataDir: string): Holder | null {
  const path = join(dataDir, "engine.lock");
  const card = `${path}.json`;
  // a holder leaves its card only where it is killed: without one nothing needs to be opened
  const holder = existsSync(path) ? readHolder(card) : null;
  return holder !== null && isLocked(path) ? holder : null;
}

function isLocked(path: string): boolean {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    db.prepare("SELECT 1 FROM sqlite_schema").get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    db.close();
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");

function readHolder(card: string): Holder | null {
  try {
    return holder.parse(JSON.parse(readFileSync(card, "utf8")));
  } catch {
    return null; // not written yet, or half of it
  }
}
