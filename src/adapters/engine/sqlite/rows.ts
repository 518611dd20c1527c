/** The rows of one project in its database. */
import type Database from "better-sqlite3";
import * as z from "zod";
import type { Money } from "../../../core/ledger.ts";
import { lostUsd } from "../../../core/metered.ts";
import type { Status } from "../../../core/task.ts";
import type { ProjectReads, ProjectRows } from "../shared/storage.ts";
import { parsed } from "./errors.ts";
import { openEventLog } from "./events.ts";
import { taskId } from "./schema/primitives.ts";
import * as shapes from "./shapes.ts";
import { openTable, preparing } from "./table.ts";

/** Opens a project's rows on a connection. */
export function openRows(db: Database.Database): ProjectRows {
  const tables = openTables(db);
  const prepare = preparing(db);
  const log = openEventLog(db);
  return {
    ...readTasks(db, tables),
    ...readWork(db, tables),
    ...readMoney(db, tables),
    events: log.after,
    toldOf: log.toldOf,
    cursor: log.cursor,
    putTask: tables.tasks.put,
    putCycle: tables.cycles.put,
    putProject: tables.project.put,
    putAttempt: tables.attempts.put,
    putVerdict: tables.verdicts.put,
    putLanding(landing) {
      tables.landings.put(landing);
      const link = prepare("INSERT OR IGNORE INTO landing_tasks (task, landing) VALUES (?, ?)");
      for (const task of landing.tasks) link.run(task, landing.id);
    },
    putReservation: tables.reservations.put,
    putJob: tables.jobs.put,
    removeJob(id) {
      prepare("DELETE FROM jobs WHERE id = ?").run(id);
    },
    appendEvent: log.append,
    setSequence(name, value) {
      prepare(
        `INSERT INTO sequences (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      ).run(name, value);
    },
  };
}

/** Opens the tables that hold records. */
export const openTables = (db: Database.Database) => ({
  tasks: openTable(db, shapes.taskShape),
  cycles: openTable(db, shapes.cycleShape),
  project: openTable(db, shapes.projectShape),
  attempts: openTable(db, shapes.attemptShape),
  verdicts: openTable(db, shapes.verdictShape),
  landings: openTable(db, shapes.landingShape),
  reservations: openTable(db, shapes.reservationShape),
  jobs: openTable(db, shapes.jobShape),
});
type Tables = ReturnType<typeof openTables>;

const status: z.ZodType<Status> = z.enum([
  "pending",
  "in_progress",
  "waiting",
  "done",
  "failed",
  "skipped",
]);
const same = z.array(z.object({ id: taskId, status }));
const counted = z.array(z.object({ status, n: z.int() }));

type TaskReads = "project" | "openTasks" | "tasks" | "task" | "counts" | "sameAs";

function readTasks(
  db: Database.Database,
  { project, tasks }: Tables,
): Pick<ProjectReads, TaskReads> {
  const prepare = preparing(db);
  return {
    project: () => project.one("WHERE id = 1"),
    openTasks: () =>
      tasks.all("WHERE status IN ('pending', 'in_progress', 'waiting') ORDER BY rowid"),
    tasks: (filter) =>
      filter.status === undefined
        ? tasks.all("ORDER BY rowid DESC LIMIT ?", filter.limit)
        : tasks.all("WHERE status = ? ORDER BY rowid DESC LIMIT ?", filter.status, filter.limit),
    task: (id) => tasks.one("WHERE id = ?", id),
    counts() {
      const rows = prepare("SELECT status, count(*) AS n FROM tasks GROUP BY status").all();
      const counts: Partial<Record<Status, number>> = {};
      for (const row of parsed(counted, rows, db.name, "tasks")) counts[row.status] = row.n;
      return counts;
    },
    sameAs(fingerprint) {
      const sql = "SELECT id, status FROM tasks WHERE fingerprint = ? ORDER BY rowid DESC";
      return parsed(same, prepare(sql).all(shapes.short(fingerprint)), db.name, "tasks");
    },
  };
}

type WorkReads =
  | "openCycles"
  | "cycles"
  | "cycle"
  | "lastCycle"
  | "jobs"
  | "jobsIn"
  | "jobOf"
  | "attempts"
  | "verdicts"
  | "landings"
  | "sequence";

function readWork(db: Database.Database, tables: Tables): Pick<ProjectReads, WorkReads> {
  const { cycles, jobs, attempts, verdicts, landings } = tables;
  const prepare = preparing(db);
  return {
    openCycles: () => cycles.all("WHERE state IN ('queued', 'planning', 'running') ORDER BY rowid"),
    cycles: (limit) => cycles.all("ORDER BY rowid DESC LIMIT ?", limit),
    cycle: (id) => cycles.one("WHERE id = ?", id),
    lastCycle: () =>
      cycles.one("WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, rowid DESC LIMIT 1"),
    jobs: () => jobs.all("ORDER BY id"),
    jobsIn: (queue) => jobs.all("WHERE queue = ? ORDER BY id", queue),
    jobOf: (queue, subject) =>
      jobs.one(
        "WHERE queue = ? AND subject_kind = ? AND subject = ?",
        queue,
        subject.kind,
        subject.kind === "task" ? subject.task : subject.cycle,
      ),
    attempts: (task) => attempts.all("WHERE task = ? ORDER BY rowid", task),
    verdicts: (task) => verdicts.all("WHERE task = ? ORDER BY rowid", task),
    landings: (task) =>
      landings.all(
        "WHERE id IN (SELECT landing FROM landing_tasks WHERE task = ?) ORDER BY rowid",
        task,
      ),
    sequence(name) {
      const value = prepare("SELECT value FROM sequences WHERE name = ?").pluck().get(name);
      return value === undefined ? 0 : parsed(z.int(), value, db.name, "sequences");
    },
  };
}

type MoneyReads =
  | "reservation"
  | "reservations"
  | "unsettled"
  | "moneyOfDay"
  | "moneyOfCycle"
  | "costOf"
  | "lostOf"
  | "totalUsd";

/** Sums in the order of settled, then still reserved, US dollars. */
export const sums = `
  SELECT coalesce(sum(settled_usd), 0.0) AS settledUsd,
         coalesce(sum(CASE WHEN settled_usd IS NULL THEN amount_usd END), 0.0) AS reservedUsd
  FROM reservations`;
const money: z.ZodType<Money> = z.object({ settledUsd: z.number(), reservedUsd: z.number() });

/** Reads the sums that a statement built on `sums` answers. */
export const parseMoney = (row: unknown, file: string): Money =>
  parsed(money, row, file, "reservations");

function readMoney(
  db: Database.Database,
  { reservations }: Tables,
): Pick<ProjectReads, MoneyReads> {
  const prepare = preparing(db);
  const sum = (where: string, ...values: readonly string[]): Money =>
    parseMoney(prepare(`${sums} ${where}`).get(values), db.name);
  return {
    reservation: (token) => reservations.one("WHERE token = ?", token),
    unsettled: () => reservations.all("WHERE settled_usd IS NULL ORDER BY token"),
    reservations: (sinceDay) => reservations.all("WHERE day >= ? ORDER BY token", sinceDay),
    moneyOfDay: (day) => sum("WHERE day = ?", day),
    moneyOfCycle: (cycle) => sum("WHERE cycle = ?", cycle),
    costOf: (task) => sum("WHERE task = ?", task).settledUsd,
    lostOf: (task) =>
      reservations
        .all("WHERE task = ? AND settled_usd IS NOT NULL ORDER BY token", task)
        .reduce((all, each) => all + lostUsd(each), 0),
    totalUsd: () => sum("").settledUsd,
  };
}
