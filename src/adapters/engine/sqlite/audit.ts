/** Tells a project's log from its beginning, and compares what it gives with what is stored. */
import { join } from "node:path";
import { audit } from "../../../core/audit.ts";
import { replay } from "../../../core/history.ts";
import type { CommitSha, ProjectName, TaskId } from "../../../core/ids.ts";
import type { LoggedEvent } from "../../../ports/engine.ts";
import { openEventLog } from "./events.ts";
import { type Connection, openDatabase } from "./open.ts";
import { isThere } from "./private.ts";
import { openTables } from "./rows.ts";
import { verifyLedger } from "./verify.ts";

export interface Landed {
  readonly task: TaskId;
  readonly commit: CommitSha;
  readonly branch: string;
}

export interface Audited {
  /** Events in the log. */
  readonly events: number;
  readonly tasks: number;
  /** Work that the ledger says has landed. */
  readonly landed: readonly Landed[];
  /** What is damaged, or differs from what the log tells, in sentences. */
  readonly flaws: readonly string[];
}

/** Reads a project's ledger to its end; null where there is none. */
export function auditLedger(dataDir: string, project: ProjectName): Audited | null {
  const path = join(dataDir, `${project}.db`);
  const damages = verifyLedger(dataDir, project);
  // what is damaged cannot be held against anything
  if (damages.length > 0) return { events: 0, tasks: 0, landed: [], flaws: damages };
  if (!isThere(path)) return null;
  const db = openDatabase(path, "project");
  try {
    // one moment of it all, while others may write
    return db.transaction(() => compared(db))();
  } finally {
    db.close();
  }
}

function compared(db: Connection): Audited {
  const tables = openTables(db);
  const tasks = tables.tasks.all("ORDER BY rowid");
  const stored = {
    project: tables.project.one("WHERE id = 1"),
    tasks,
    cycles: tables.cycles.all("ORDER BY rowid"),
    landings: tables.landings.all("ORDER BY rowid"),
  };
  const landed = tasks.flatMap(({ id, state }): readonly Landed[] => {
    const { branch } = stored.landings.find((each) => each.tasks.includes(id)) ?? {};
    if (state.at !== "done" || state.landed === null || branch === undefined) return [];
    return [{ task: id, commit: state.landed, branch }];
  });
  const flaws = audit(replay(entries(db)), stored);
  return { events: openEventLog(db).cursor(), tasks: tasks.length, landed, flaws };
}

/** Events that are read at once. */
const pageSize = 1_000;

function* entries(db: Connection): Generator<LoggedEvent> {
  const { after } = openEventLog(db);
  let page = after(0, pageSize);
  while (page.length > 0) {
    yield* page;
    page = after(page.at(-1)?.seq ?? 0, pageSize);
  }
}
