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

/** Opens a table on a connection; statements are prepared once for each. */
export function openTable<T>(db: Database.Database, shape: Shape<T>): Table<T> {
  const { table, key, schema, columns } = shape;
  const prepare = preparing(db);
  const parse = (row: unknown): T => parseRow(row, shape, db.name);
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

function parseRow<T>(row: unknown, shape: Shape<T>, file: string): T {
  const found = row as Record<string, unknown>; // the driver returns rows as objects by column
  const bad = (why: string, cause?: unknown) => {
    const id = shape.key.map((name) => String(found[name])).join(" ");
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
