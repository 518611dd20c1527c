/** What goes wrong with a database file, in words for the person who must put it right. */
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import type { z } from "zod";
import { LedgerError } from "../../../ports/engine.ts";

interface Trouble {
  /** Beginning of the driver's or the file system's code. */
  readonly code: string;
  readonly what: string;
  readonly hint: string | ((path: string) => string);
}

/** What to do about a damaged file: a backup is named where there is one. */
export function restoreHint(path: string): string {
  const name = basename(path);
  const isBackup = (each: string): boolean =>
    each.startsWith(`${name}.v`) && /\.backup$/.test(each);
  const backup = siblings(path).filter(isBackup).sort().at(-1);
  if (backup !== undefined) {
    const found = join(dirname(path), backup);
    return `Keep a copy of it, then restore ${found}; orch doctor tells more.`;
  }
  return (
    "No backup of it is there: keep a copy of it and of its -wal. `orch audit verify` tells what " +
    "is damaged; `orch forget` starts anew, what has landed stays."
  );
}

function siblings(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return []; // a folder that cannot be read shows no backup
  }
}

const permission = "Give this account the right to write to the data folder and to all in it.";
const disk = "Look at the free space there, the rights, and the system's log about the disk.";
const space = "Free some space there; work goes on by itself.";

const troubles: readonly Trouble[] = [
  { code: "SQLITE_FULL", what: "the disk is full", hint: space },
  { code: "ENOSPC", what: "the disk is full", hint: space },
  { code: "SQLITE_NOTADB", what: "it is not a database", hint: restoreHint },
  // the driver does not tell the one from the other
  { code: "SQLITE_CORRUPT", what: "it is damaged, or the disk cannot read it", hint: restoreHint },
  // all statements are constant: they fail only where a table is not as this program made it
  { code: "SQLITE_ERROR", what: "its tables are not as they were made", hint: restoreHint },
  { code: "SQLITE_READONLY", what: "it cannot be written", hint: permission },
  { code: "SQLITE_PERM", what: "it may not be opened", hint: permission },
  { code: "SQLITE_CANTOPEN", what: "it cannot be opened", hint: disk },
  { code: "EACCES", what: "it may not be opened", hint: permission },
  { code: "EPERM", what: "it may not be opened", hint: permission },
  { code: "EROFS", what: "its file system is read-only", hint: permission },
  {
    code: "ENOENT",
    what: "its folder cannot be made",
    hint: "Choose another data folder: set `data_dir`.",
  },
  { code: "ENOTDIR", what: "its folder is not a folder", hint: "Choose another data folder." },
  { code: "EEXIST", what: "its folder is not a folder", hint: "Choose another data folder." },
  {
    code: "SQLITE_BUSY",
    what: "another process kept it locked",
    hint: "Try again; if it stays so, look for a process that holds the file open.",
  },
  { code: "SQLITE_IOERR", what: "the disk answers with errors", hint: disk },
];

/**
 * Turns an error of the driver or the file system into a `LedgerError`; leaves others as they are.
 */
export function explained(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const trouble = troubles.find((each) => code?.startsWith(each.code) === true);
  if (trouble === undefined) return error;
  const hint = typeof trouble.hint === "string" ? trouble.hint : trouble.hint(path);
  return new LedgerError(`${path}: ${trouble.what}`, hint, { cause: error });
}

/** Runs `body`; what the driver or the file system throws says which file and what to do. */
export function explaining<R>(path: string, body: () => R): R {
  try {
    return body();
  } catch (error) {
    throw explained(error, path);
  }
}

/** The error of a row that is not what was written; `where` names table and row. */
export const damaged = (file: string, where: string, cause?: unknown): LedgerError =>
  new LedgerError(`${file}: ${where}`, restoreHint(file), { cause });

/** Parses what a query answered; anything else than expected is damage, not a bug. */
export function parsed<T>(schema: z.ZodType<T>, found: unknown, file: string, table: string): T {
  const { success, data, error } = schema.safeParse(found);
  if (!success) throw damaged(file, `table ${table} is damaged`, error);
  return data;
}

function codeOf(error: unknown): string | null {
  if (error instanceof Database.SqliteError) return error.code;
  if (error instanceof Error && "code" in error && typeof error.code === "string")
    return error.code;
  return null;
}
