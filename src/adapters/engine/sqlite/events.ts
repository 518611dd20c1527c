/** The log of a project: append-only, and chained so that no row can change unseen. */
import { createHash } from "node:crypto";
import type Database from "better-sqlite3";
import * as z from "zod";
import type { Instant, TaskId } from "../../../core/ids.ts";
import type { LogEvent } from "../../../core/ledger.ts";
import type { LoggedEvent } from "../../../ports/engine.ts";
import { damaged, parsed } from "./errors.ts";
import { logEvent } from "./schema/log-event.ts";
import { instant } from "./schema/primitives.ts";
import { preparing } from "./table.ts";

const genesis = "0".repeat(64);

/** The condition of the index `events_told`, word by word: it is used for no other. */
const told = `type IN ('task.answered', 'task.approved', 'task.rejected', 'task.skipped',
                 'task.retried')`;

const eventRow = z.object({
  seq: z.int(),
  at: instant,
  subject: z.string().nullable(),
  type: z.string(),
  body: z.string(),
  prev_hash: z.string(),
  hash: z.string(),
});
type EventRow = z.infer<typeof eventRow>;

export interface EventLog {
  append(at: Instant, event: LogEvent): void;
  after(cursor: number, limit: number): readonly LoggedEvent[];
  /** Those about a task of which a person may be the cause. */
  toldOf(task: TaskId): readonly LoggedEvent[];
  cursor(): number;
  /** Number of the first event that breaks the chain; null where it is whole. */
  firstBroken(): number | null;
}

/** Opens the log of a connection. */
export function openEventLog(db: Database.Database): EventLog {
  const prepare = preparing(db);
  const last = (): { seq: number; hash: string } => {
    const row = prepare("SELECT * FROM events ORDER BY seq DESC LIMIT 1").get();
    return row === undefined ? { seq: 0, hash: genesis } : parsed(eventRow, row, db.name, "events");
  };
  return {
    append(at, event) {
      const checked = logEvent.safeParse(event);
      if (!checked.success) throw new Error(`the log cannot hold this: ${checked.error.message}`);
      const { seq, hash: prev } = last();
      const subject = subjectOf(event);
      const { type } = event.event;
      const body = JSON.stringify(event);
      const row = { seq: seq + 1, at, subject, type, body, prev_hash: prev };
      prepare(
        `INSERT INTO events (seq, at, subject, type, body, prev_hash, hash)
         VALUES (@seq, @at, @subject, @type, @body, @prev_hash, @hash)`,
      ).run({ ...row, hash: hashOf(row) });
    },
    after: (cursor, limit) =>
      prepare("SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?")
        .all(cursor, limit)
        .map((row) => parseEvent(row, db.name)),
    toldOf: (task) =>
      prepare(`SELECT * FROM events WHERE subject = ? AND ${told} ORDER BY seq`)
        .all(task)
        .map((row) => parseEvent(row, db.name)),
    cursor: () => last().seq,
    firstBroken: () => firstBroken(prepare("SELECT * FROM events ORDER BY seq").iterate()),
  };
}

const hashOf = ({ seq, at, subject, type, body, prev_hash }: Omit<EventRow, "hash">): string =>
  createHash("sha256").update([prev_hash, seq, at, subject, type, body].join("\n")).digest("hex");

function subjectOf(event: LogEvent): string | null {
  switch (event.of) {
    case "task":
      return event.task;
    case "cycle":
      return event.cycle;
    case "note":
      return event.task ?? event.cycle;
    case "project":
      return null;
    default:
      return event satisfies never;
  }
}

function parseEvent(found: unknown, file: string): LoggedEvent {
  const row = eventRow.safeParse(found);
  if (row.success && hashOf(row.data) === row.data.hash) {
    const event = logEvent.safeParse(JSON.parse(row.data.body));
    if (event.success) return { seq: row.data.seq, at: row.data.at, event: event.data };
  }
  throw damaged(file, `row ${row.data?.seq ?? "?"} of table events is damaged`);
}

function firstBroken(rows: Iterable<unknown>): number | null {
  let prev = { seq: 0, hash: genesis };
  for (const found of rows) {
    const { success, data } = eventRow.safeParse(found);
    const whole =
      success &&
      data.seq === prev.seq + 1 &&
      data.prev_hash === prev.hash &&
      hashOf(data) === data.hash;
    if (!whole) return prev.seq + 1;
    prev = data;
  }
  return null;
}
