import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { migrate, migrationsOf } from "../../src/adapters/engine/sqlite/migrate.ts";
import { verifyLedger } from "../../src/adapters/engine/sqlite/verify.ts";
import { projectName } from "../../src/core/ids.ts";
import type { LogEvent } from "../../src/core/ledger.ts";
import { LedgerError } from "../../src/ports/engine.ts";
import { start } from "../contract/engine.ts";
import {
  aLanding,
  anAttempt,
  aReservation,
  aTask,
  aVerdict,
  demo,
  sent,
  taskNumber,
} from "../support/ledger.ts";
import { ledgerFolder, writeTo } from "../support/ledger-folder.ts";

const folder = ledgerFolder();
const { file, open, closeAll } = folder;

/** Changes the file behind the engine's back. */
function tamper(sql: string): void {
  const db = new Database(file());
  db.unsafeMode(true);
  db.exec(sql);
  db.close();
}

const note: LogEvent = {
  of: "note",
  task: null,
  cycle: null,
  event: { type: "note", level: "info", text: "hello" },
};

async function refusal(promise: Promise<unknown>): Promise<LedgerError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LedgerError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

it("names table and row of a damaged record instead of serving it", async () => {
  await writeTo(open(), { kind: "task", task: aTask(1) });
  await closeAll();
  const damages = [
    "UPDATE tasks SET body = replace(body, 'to be done', 'to be gone')",
    "UPDATE tasks SET title = 'another'",
    "UPDATE tasks SET status = 'waiting'",
    "UPDATE tasks SET body = '{}', sum = '44136fa355b3678a'",
  ];
  for (const sql of damages) {
    const copy = new Database(file());
    copy.exec(`VACUUM INTO '${file()}.copy'`);
    copy.close();
    tamper(sql);
    const { message } = await refusal(open().tasks(demo, { limit: 5 }));
    expect(message).toContain(`row ${taskNumber(1)} of table tasks is damaged`);
    expect(verifyLedger(folder.dataDir, demo)).toEqual([expect.stringContaining("table tasks")]);
    await closeAll();
    for (const end of ["", "-wal", "-shm"]) rmSync(`${file()}${end}`, { force: true });
    const back = new Database(`${file()}.copy`);
    back.exec(`VACUUM INTO '${file()}'`);
    back.close();
    rmSync(`${file()}.copy`);
  }
});

it("refuses to write a record that it could not read again", async () => {
  const broken = aReservation(1, { amountUsd: Number.NaN });
  const writing = writeTo(open(), { kind: "reservation", reservation: broken });
  await expect(writing).rejects.toThrow("reservations cannot hold this record");
});

it("never changes or forgets an event", async () => {
  await writeTo(open(), { kind: "event", event: note });
  await closeAll();
  expect(() => tamper("UPDATE events SET at = 0")).toThrow("never changed");
  expect(() => tamper("DELETE FROM events")).toThrow("never deleted");
});

it("notices a changed, a lost and an inserted event", async () => {
  const engine = open();
  for (let n = 0; n < 5; n += 1) await writeTo(engine, { kind: "event", event: note });
  await closeAll();
  expect(verifyLedger(folder.dataDir, demo)).toEqual([]);
  tamper(
    "DROP TRIGGER events_stay; UPDATE events SET body = replace(body, 'hello', 'jello') " +
      "WHERE seq = 4",
  );
  expect(verifyLedger(folder.dataDir, demo)).toEqual([
    expect.stringContaining("broken at event 4"),
  ]);
  const { message } = await refusal(open().events(demo, 0, 10));
  expect(message).toContain("row 4 of table events is damaged");
  tamper("DROP TRIGGER events_last; DELETE FROM events WHERE seq = 2");
  expect(verifyLedger(folder.dataDir, demo)).toEqual([
    expect.stringContaining("broken at event 2"),
  ]);
});

it("notices an event that is whole but belongs to another history", async () => {
  const engine = open();
  const other = projectName("other");
  const append = (name: typeof demo, text: string) => {
    const event: LogEvent = { ...note, event: { type: "note", level: "info", text } };
    const changes = [{ kind: "event", event }] as const;
    return engine.transact(name, {}, () => ({ changes, answer: null }));
  };
  for (const n of [1, 2, 3]) {
    await append(demo, `ours ${n}`);
    await append(other, `theirs ${n}`);
  }
  await closeAll();
  tamper(`ATTACH '${join(folder.dataDir, "other.db")}' AS other; DROP TRIGGER events_last;
          DELETE FROM events WHERE seq = 3;
          INSERT INTO events SELECT * FROM other.events WHERE seq = 3`);
  expect(verifyLedger(folder.dataDir, demo)).toEqual([
    expect.stringContaining("broken at event 3"),
  ]);
});

it("notices numbers that could be given out twice", async () => {
  const engine = open();
  await writeTo(engine, sent(1), sent(2));
  await engine.claim(demo, start);
  await closeAll();
  tamper("UPDATE sequences SET value = 0");
  expect(verifyLedger(folder.dataDir, demo)).toEqual([
    expect.stringContaining("sequence token"),
    expect.stringContaining("sequence job"),
  ]);
});

it("finds nothing to complain about in a ledger that holds one of everything", async () => {
  const engine = open();
  await writeTo(
    engine,
    { kind: "task", task: aTask(1) },
    { kind: "attempt", attempt: anAttempt(1) },
    { kind: "verdict", verdict: aVerdict(1) },
    { kind: "landing", landing: aLanding([1]) },
    { kind: "event", event: note },
    sent(1),
  );
  await engine.claim(demo, (_view, _portfolio, _job, own) => ({
    kind: "start",
    changes: [{ kind: "reservation", reservation: aReservation(own) }],
  }));
  expect(verifyLedger(folder.dataDir, demo)).toEqual([]);
  expect(verifyLedger(folder.dataDir, projectName("other"))).toEqual([]);
});

it("refuses a database that a newer program has written, and leaves it as it is", async () => {
  await writeTo(open(), sent(1));
  await closeAll();
  tamper("INSERT INTO schema_version VALUES (99, 'later')");
  const { message, hint } = await refusal(open().overview(demo));
  expect(message).toContain("written by a newer version of this program (schema 99");
  expect(hint).toContain("Use the newer version");
  expect(readdirSync(folder.dataDir).filter((name) => name.includes("backup"))).toEqual([]);
});

it("migrates a database that holds something, with a backup of it beside", async () => {
  await writeTo(open(), { kind: "task", task: aTask(1) });
  await closeAll();
  const sql = "ALTER TABLE tasks ADD COLUMN colour TEXT";
  const newest = migrationsOf("project").length;
  const migrations = [...migrationsOf("project"), { version: newest + 1, sql }];
  const db = new Database(file());
  migrate(db, file(), migrations);
  expect(db.prepare("SELECT count(*) FROM tasks WHERE colour IS NULL").pluck().get()).toBe(1);
  expect(db.prepare("SELECT max(version) FROM schema_version").pluck().get()).toBe(newest + 1);
  db.close();
  const backup = `${file()}.v${newest}.backup`;
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  const kept = new Database(backup, { readonly: true });
  expect(kept.prepare("SELECT id FROM tasks").pluck().all()).toEqual([taskNumber(1)]);
  expect(kept.prepare("SELECT max(version) FROM schema_version").pluck().get()).toBe(newest);
  kept.close();
});

it("changes nothing where a migration fails halfway", async () => {
  await writeTo(open(), { kind: "task", task: aTask(1) });
  await closeAll();
  const db = new Database(file());
  const bad = {
    version: migrationsOf("project").length + 1,
    sql: "ALTER TABLE tasks ADD COLUMN colour TEXT; SELECT * FROM nowhere",
  };
  expect(() => migrate(db, file(), [...migrationsOf("project"), bad])).toThrow("nowhere");
  db.close();
  expect(await open().tasks(demo, { limit: 5 })).toEqual([aTask(1)]);
});
