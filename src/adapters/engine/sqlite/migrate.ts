/** Brings a database to this program's schema: forward only, with a backup of what it held. */
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import type Database from "better-sqlite3";
import { LedgerError } from "../../../ports/engine.ts";
import { createPrivately } from "./private.ts";

export type SchemaKind = "project" | "portfolio";

export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** Applies what is missing; refuses a database that a newer program has written. */
export function migrate(
  db: Database.Database,
  path: string,
  migrations: readonly Migration[],
): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = versionOf(db);
  if (found > newest) throw tooNew(path, found, newest);
  if (found === newest) return;
  if (found > 0) backUp(db, `${path}.v${found}.backup`);
  const apply = db.transaction(() => {
    // another process may have been faster
    const from = versionOf(db);
    if (from > newest) throw tooNew(path, from, newest);
    db.exec(
      "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, at TEXT NOT " +
        "NULL) STRICT",
    );
    for (const { version, sql } of migrations.filter((each) => each.version > from)) {
      db.exec(sql);
      const note = db.prepare("INSERT INTO schema_version VALUES (?, datetime('now'))");
      note.run(version);
    }
  });
  apply.immediate();
}

function versionOf(db: Database.Database): number {
  const table = db
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'")
    .get();
  if (table === undefined) return 0;
  const version: unknown = db.prepare("SELECT max(version) FROM schema_version").pluck().get();
  return typeof version === "number" ? version : 0;
}

/** Copies what the database holds, for its owner alone; a copy is whole or not there. */
function backUp(db: Database.Database, path: string): void {
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  createPrivately(unfinished);
  db.prepare("VACUUM INTO ?").run(unfinished);
  renameSync(unfinished, path);
}

const tooNew = (path: string, found: number, known: number): LedgerError =>
  new LedgerError(
    `${path} was written by a newer version of this program (schema ${found}, known here: ` +
      `${known})`,
    "Use the newer version; an older one would lose what it does not know.",
  );

const cache = new Map<SchemaKind, readonly Migration[]>();

/** The migrations of this program, in order. */
export function migrationsOf(kind: SchemaKind): readonly Migration[] {
  const known = cache.get(kind);
  if (known !== undefined) return known;
  const folder = new URL(`./migrations/${kind}/`, import.meta.url);
  const migrations = readdirSync(folder)
    .filter((name) => /^\d{4}_.+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      sql: readFileSync(new URL(name, folder), "utf8"),
    }));
  cache.set(kind, migrations);
  return migrations;
}
