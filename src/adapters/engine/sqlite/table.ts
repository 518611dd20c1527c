/**
 * A table whose rows hold a record as JSON beside the columns that people and queries read. What is
 * served has matched its digest, its columns and its schema: damage is an error that names the row.
 */
import { createHash } from "node:crypto";
import type Database from "better-sqlite3";
import type { z } from "zod";
import { LedgerError } from "../../../ports/engine.ts";
import { damaged } from "./errors.ts";

export type Value = string | number | null;
type Columns = Readonly<Record<string, Value>>;

export interface Shape<T> {
  readonly table: string;
  /** The columns of its primary key. */
  readonly key: readonly string[];
  readonly schema: z.ZodType<T>;
  readonly columns: (record: T) => Columns;
}

export interface Table<T> {
  put(record: T): void;
  /** Rows that `where` (a constant clause, with its order) selects. */
  all(where: string, ...values: readonly Value[]): readonly T[];
  one(where: string, ...values: readonly Value[]): T | null;
  /** Says of each damaged row what is wrong with it. */
  damages(): readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/** A row that was served, and the record in it. */
interface Served<T> {
  readonly row: Row;
  readonly record: T;
}

/** What is open is read again and again, and is not much. */
const servedMax = 256;

/** Opens a table on a connection; statements are prepared once for each. */
export function openTable<T>(db: Database.Database, shape: Shape<T>): Table<T> {
  const { table, key, schema, columns } = shape;
  const prepare = preparing(db);
  const served = new Map<string, Served<T>>();
  const parse = (row: unknown): T => {
    const found = row as Row; // the driver returns rows as objects by column
    const id = idOf(found, key);
    const before = served.get(id);
    // each value is what it was: so would be the answer
    if (before !== undefined && areSame(found, before.row)) return before.record;
    const record = parseRow(found, shape, db.name);
    served.delete(id);
    served.set(id, { row: found, record });
    const [oldest] = served.size > servedMax ? served.keys() : [];
    if (oldest !== undefined) served.delete(oldest);
    return record;
  };
  return {
    put(record) {
      const checked = schema.safeParse(record);
      if (!checked.success)
        throw new Error(`${table} cannot hold this record: ${checked.error.message}`);
      const body = JSON.stringify(record);
      const row = { ...columns(record), body, sum: digest(body) };
      const names = Object.keys(row);
      const values = names.map((name) => `@${name}`);
      const rest = names.filter((name) => !key.includes(name));
      const sets = rest.map((name) => `${name} = excluded.${name}`);
      prepare(
        `INSERT INTO ${table} (${names.join(", ")}) VALUES (${values.join(", ")})
         ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${sets.join(", ")}`,
      ).run(row);
    },
    all: (where, ...values) => prepare(`SELECT * FROM ${table} ${where}`).all(values).map(parse),
    one(where, ...values) {
      const row = prepare(`SELECT * FROM ${table} ${where}`).get(values);
      return row === undefined ? null : parse(row);
    },
    damages() {
      const found: string[] = [];
      for (const row of prepare(`SELECT * FROM ${table}`).iterate()) {
        try {
          parse(row);
        } catch (error) {
          found.push(error instanceof LedgerError ? error.message : String(error));
        }
      }
      return found;
    },
  };
}

/** Prepares each statement of a connection once. */
export function preparing(db: Database.Database): (sql: string) => Database.Statement {
  const statements = new Map<string, Database.Statement>();
  return (sql) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
}

const idOf = (row: Row, key: readonly string[]): string =>
  key.map((name) => String(row[name])).join(" ");

function areSame(a: Row, b: Row): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

function parseRow<T>(found: Row, shape: Shape<T>, file: string): T {
  const bad = (why: string, cause?: unknown) => {
    const id = idOf(found, shape.key);
    return damaged(file, `row ${id} of table ${shape.table} is damaged: ${why}`, cause);
  };
  const { body } = found;
  if (typeof body !== "string" || digest(body) !== found["sum"])
    throw bad("it does not match its digest");
  const record = shape.schema.safeParse(JSON.parse(body));
  if (!record.success) throw bad("its content has an unknown form", record.error);
  for (const [name, value] of Object.entries(shape.columns(record.data)))
    if (found[name] !== value) throw bad(`column ${name} does not match its content`);
  return record.data;
}

/** Enough of a SHA-256 to notice any accident. */
const digest = (body: string): string =>
  createHash("sha256").update(body).digest("hex").slice(0, 16);

/** A moment as people read it; sorts as it runs. */
export const iso = (at: number): string => new Date(at).toISOString();
/** The same, of a moment that may not have come. */
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
