/** Opens database files: private to their owner, durable, at this program's schema. */
import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { explaining } from "./errors.ts";
import { migrate, migrationsOf, type SchemaKind } from "./migrate.ts";
import { createPrivately } from "./private.ts";

/** A writer waits this long for another; they are short, but the wait is not fair. */
const busyTimeoutMs = 15_000;

export type Connection = Database.Database;

/** Opens `path`, and creates it where it is missing. */
export function openDatabase(path: string, kind: SchemaKind): Connection {
  return explaining(path, () => {
    createPrivately(path);
    const empty = statSync(path).size === 0;
    const db = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
    try {
      // the file keeps this one
      if (empty) db.pragma("journal_mode = WAL");
      // what was acknowledged survives a power cut
      db.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
      migrate(db, path, migrationsOf(kind));
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}
