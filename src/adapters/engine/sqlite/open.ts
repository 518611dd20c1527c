/** Opens database files: private to their owner, durable, at this program's schema. */
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { explaining } from "./errors.ts";
import { migrate, type SchemaKind } from "./migrate.ts";

/** A writer waits this long for another; they are short, but the wait is not fair. */
const busyTimeoutMs = 15_000;

export type Connection = Database.Database;

/** Opens `path`, and creates it where it is missing. */
export function openDatabase(path: string, kind: SchemaKind): Connection {
  return explaining(path, () => {
    createPrivately(path);
    const db = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
    try {
      db.pragma("journal_mode = WAL");
      // what was acknowledged survives a power cut
      db.pragma("synchronous = FULL");
      db.pragma("foreign_keys = ON");
      db.pragma("trusted_schema = OFF");
      migrate(db, kind, path);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Creates an empty file, and its folder, for their owner alone. */
export function createPrivately(path: string): void {
  // opening a file that this process has open already would drop its locks on it
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}
