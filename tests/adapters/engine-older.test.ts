/** Ledgers that the first version of this program wrote go on in this one. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import { migrate, migrationsOf } from "../../src/adapters/engine/sqlite/migrate.ts";
import { verifyLedger } from "../../src/adapters/engine/sqlite/verify.ts";
import { noLimit } from "../../src/core/limit.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { asking } from "../contract/engine.ts";
import { aReservation, demo, noon, sent } from "../support/ledger.ts";

let dataDir: string;
const file = () => join(dataDir, "demo.db");

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "engine-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (): Engine =>
  openSqliteEngine({
    dataDir,
    clock: { now: () => noon, random: () => 0.5 },
    dayOf: () => "2026-01-15",
  });

/** A ledger of the first schema that holds a paused project and its log. */
function writeFirst(): void {
  const db = new Database(file());
  migrate(db, file(), migrationsOf("project").slice(0, 1));
  const mode = { at: "paused", by: "patrol", why: "5 failed", since: noon, until: null };
  const body = JSON.stringify({ mode, failuresInARow: 5, version: 3 });
  const sum = createHash("sha256").update(body).digest("hex").slice(0, 16);
  db.prepare("INSERT INTO project_state VALUES (1, 'paused', 'patrol', 5, 3, ?, ?)").run(body, sum);
  const event = JSON.stringify({ of: "project", event: { type: "project.failed", now: noon } });
  const prev = "0".repeat(64);
  const chained = [prev, 1, noon, null, "project.failed", event].join("\n");
  const hash = createHash("sha256").update(chained).digest("hex");
  const row = [1, noon, null, "project.failed", event, prev, hash];
  db.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)").run(row);
  db.close();
}

test("a project's ledger of the first schema is read, goes on, and is backed up beside it", async () => {
  writeFirst();
  const engine = open();
  const { project } = await engine.overview(demo);
  expect(project).toMatchObject({ failuresInARow: 5, plansFailedInARow: 0, failures: [] });
  const [logged] = await engine.events(demo, 0, 10);
  expect(logged?.event.event).toMatchObject({ type: "project.failed", max: 5 });
  const next = { ...project, plansFailedInARow: 1, version: project.version + 1 };
  await engine.transact(demo, {}, () => ({
    changes: [{ kind: "project", project: next }],
    answer: null,
  }));
  expect((await engine.overview(demo)).project).toEqual(next);
  await engine.close();
  expect(verifyLedger(dataDir, demo)).toEqual([]);
  expect(existsSync(`${file()}.v1.backup`)).toBe(true);
});

test("the portfolio's database of the first schema goes on with its money, and without a limit", async () => {
  const path = join(dataDir, "portfolio.db");
  const db = new Database(path);
  migrate(db, path, migrationsOf("portfolio").slice(0, 1));
  db.prepare("INSERT INTO reservations VALUES ('demo', 1, '2026-01-15', 0.5, 0.25)").run();
  db.close();
  const engine = open();
  expect(await engine.limit()).toEqual(noLimit);
  const shut = { cause: "usage", why: "so it is", since: noon, until: noon, waits: 1 } as const;
  const limit = { mode: { at: "waiting", ...shut, metBy: null }, openUntil: null } as const;
  await engine.transact(demo, {}, () => ({
    changes: [{ kind: "limit", limit }, sent(1)],
    answer: 0,
  }));
  const { admit, asked } = asking({ kind: "later", at: noon, why: "turn: no" });
  await engine.claim(demo, admit);
  expect(asked[0]?.portfolio.today).toEqual({ settledUsd: 0.25, reservedUsd: 0 });
  await engine.close();
  const again = open();
  expect(await again.limit()).toEqual(limit);
  await again.close();
  const kept = new Database(`${path}.v1.backup`, { readonly: true });
  expect(kept.prepare("SELECT settled_usd FROM reservations").pluck().all()).toEqual([0.25]);
  kept.close();
});

test("money that was set aside before requests were counted goes on as it was", async () => {
  const db = new Database(file());
  migrate(db, file(), migrationsOf("project").slice(0, 3));
  const reservation = aReservation(1);
  const body = JSON.stringify(reservation);
  const sum = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const { token, role, task, cycle, day, amountUsd, settledUsd } = reservation;
  const at = new Date(reservation.at).toISOString();
  const row = [token, role, task, cycle, day, amountUsd, settledUsd, at, body, sum];
  db.prepare("INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(row);
  db.prepare("INSERT INTO sequences (name, value) VALUES ('token', 1)").run();
  db.close();
  const engine = open();
  expect(await engine.reservations(demo, "2000-01-01")).toEqual([reservation]);
  const { today } = await engine.overview(demo);
  expect(today).toEqual({ settledUsd: 0, reservedUsd: reservation.amountUsd });
  const settled = { ...reservation, settledUsd: 0.25 };
  await engine.transact(demo, {}, () => ({
    changes: [{ kind: "reservation", reservation: settled }],
    answer: null,
  }));
  expect((await engine.overview(demo)).totalUsd).toBe(0.25);
  await engine.close();
  expect(verifyLedger(dataDir, demo)).toEqual([]);
  expect(existsSync(`${file()}.v3.backup`)).toBe(true);
});
