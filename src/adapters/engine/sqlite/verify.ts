/** Looks for damage in a project's ledger, over all that is written down twice. */
import { join } from "node:path";
import type { ProjectName } from "../../../core/ids.ts";
import { LedgerError } from "../../../ports/engine.ts";
import { openEventLog } from "./events.ts";
import { type Connection, openDatabase } from "./open.ts";
import { isThere } from "./private.ts";
import { openTables } from "./rows.ts";

/** Says in sentences what is damaged; nothing where all is well or no ledger is there. */
export function verifyLedger(dataDir: string, project: ProjectName): readonly string[] {
  const path = join(dataDir, `${project}.db`);
  try {
    if (!isThere(path)) return [];
    const db = openDatabase(path, "project");
    try {
      return [...structure(db), ...records(db), ...numbers(db), ...links(db), ...log(db)];
    } finally {
      db.close();
    }
  } catch (error) {
    // too damaged to be read to the end
    return [error instanceof LedgerError ? error.message : `${path}: ${String(error)}`];
  }
}

function structure(db: Connection): readonly string[] {
  const answers = db.prepare("PRAGMA integrity_check(20)").pluck().all().map(String);
  return answers.filter((answer) => answer !== "ok").map((answer) => `${db.name}: ${answer}`);
}

/** A number that is given out twice would let a lost holder write. */
function numbers(db: Connection): readonly string[] {
  const behind = db
    .prepare(
      `SELECT name FROM (
         SELECT 'token' AS name, max(token) AS used
           FROM (SELECT token FROM jobs UNION ALL SELECT token FROM reservations)
         UNION ALL SELECT 'job', max(CAST(substr(id, 5) AS INTEGER)) FROM jobs) AS given
       WHERE used > coalesce((SELECT value FROM sequences WHERE name = given.name), 0)`,
    )
    .pluck();
  return behind.all().map((name) => `${db.name}: the sequence ${name} is behind its numbers`);
}

/** Landings by task are written apart from the landings. */
function links(db: Connection): readonly string[] {
  const told = "SELECT each.value, landings.id FROM landings, json_each(body, '$.tasks') AS each";
  const linked = "SELECT task, landing FROM landing_tasks";
  const sql = `SELECT count(*) FROM (
    SELECT * FROM (${told} EXCEPT ${linked}) UNION ALL SELECT * FROM (${linked} EXCEPT ${told}))`;
  const wrong = Number(db.prepare(sql).pluck().get());
  return wrong === 0 ? [] : [`${db.name}: ${wrong} links between tasks and landings are wrong`];
}

const records = (db: Connection): readonly string[] =>
  Object.values(openTables(db)).flatMap((table) => table.damages());

function log(db: Connection): readonly string[] {
  const broken = openEventLog(db).firstBroken();
  return broken === null ? [] : [`${db.name}: the log is broken at event ${broken}`];
}
