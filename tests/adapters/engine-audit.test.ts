/** A ledger that was changed by hand, digests and all, is found out by its log. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { auditLedger } from "../../src/adapters/engine/sqlite/audit.ts";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import { addTask } from "../../src/core/commands.ts";
import { taskId } from "../../src/core/ids.ts";
import { defaultRetryRules } from "../../src/core/retry.ts";
import { tempFolder } from "../support/folders.ts";
import { demo, noon } from "../support/ledger.ts";
import { aTask } from "../support/records.ts";

const id = taskId("t00000000001");

async function aLedger(): Promise<string> {
  const dataDir = await tempFolder();
  const clock = { now: () => noon, random: () => 0.5 };
  const engine = openSqliteEngine({ dataDir, clock, dayOf: () => "2026-01-15" });
  await engine.transact(demo, {}, (view) => addTask(view, id, aTask().brief, defaultRetryRules));
  await engine.close();
  return dataDir;
}

test("a whole ledger is whole, and a missing one is none", async () => {
  const dataDir = await aLedger();
  expect(auditLedger(dataDir, demo)).toEqual({ events: 1, tasks: 1, landed: [], flaws: [] });
  expect(auditLedger(join(dataDir, "elsewhere"), demo)).toBeNull();
});

test("a record that was forged with its digest differs from the log", async () => {
  const dataDir = await aLedger();
  const db = new Database(join(dataDir, `${demo}.db`));
  const stored = String(db.prepare("SELECT body FROM tasks").pluck().get());
  const body = JSON.stringify({
    ...JSON.parse(stored),
    state: { at: "skipped", attempt: 1, reason: "forged" },
  });
  const sum = createHash("sha256").update(body).digest("hex").slice(0, 16);
  db.prepare("UPDATE tasks SET body = ?, sum = ?, status = 'skipped', state = 'skipped'").run(
    body,
    sum,
  );
  db.close();
  expect(auditLedger(dataDir, demo)?.flaws).toContain(
    `task ${id}: state.at is "skipped", by the log "pending"`,
  );
});

test("a damaged ledger is told as that", async () => {
  const dataDir = await aLedger();
  const db = new Database(join(dataDir, `${demo}.db`));
  db.exec("UPDATE tasks SET body = json_set(body, '$.version', 7)");
  db.close();
  expect(auditLedger(dataDir, demo)?.flaws).toEqual([expect.stringContaining("table tasks")]);
});
