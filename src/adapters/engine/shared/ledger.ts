/** The cheap reads, over any storage. */
import { type Cycle, openCycle } from "../../../core/cycle.ts";
import { decidedOf } from "../../../core/decided.ts";
import { type Instant, instant, type ProjectName } from "../../../core/ids.ts";
import { newProject } from "../../../core/project.ts";
import type { Status } from "../../../core/task.ts";
import type { Ledger, Overview } from "../../../ports/engine.ts";
import { asSeen } from "./jobs.ts";
import type { ProjectReads, Storage } from "./storage.ts";

export interface LedgerOptions {
  readonly storage: Storage;
  readonly alive: (owner: string) => boolean;
  /** The calendar day of this moment. */
  readonly today: () => string;
}

const noCounts: Readonly<Record<Status, number>> = {
  pending: 0,
  in_progress: 0,
  waiting: 0,
  done: 0,
  failed: 0,
  skipped: 0,
};

/** Reads projects; one that has no rows yet answers as an empty one and is not created. */
export function readLedger({ storage, alive, today }: LedgerOptions): Ledger {
  return {
    version: async (project) => storage.version(project),
    async overview(project) {
      return storage.read(
        project,
        (rows) => overviewOf(rows, today()),
        () => ({ ...emptyOverview, day: today() }),
      );
    },
    async tasks(project, filter) {
      return storage.read(
        project,
        (rows) => rows.tasks(filter),
        () => [],
      );
    },
    async task(project, id) {
      const found = (rows: ProjectReads) => {
        const task = rows.task(id);
        if (task === null) return null;
        const row = rows
          .jobs()
          .find(({ job }) => job.subject.kind === "task" && job.subject.task === id);
        return {
          task,
          attempts: rows.attempts(id),
          verdicts: rows.verdicts(id),
          landings: rows.landings(id),
          decisions: decidedOf(id, rows.toldOf(id)),
          job: row === undefined ? null : asSeen(row, alive),
          costUsd: rows.costOf(id),
          lostUsd: rows.lostOf(id),
        };
      };
      return storage.read(project, found, () => null);
    },
    async everywhere() {
      return storage.moneyOfDay(today());
    },
    async limit() {
      return storage.limit();
    },
    ...lists(storage),
  };
}

function lists(storage: Storage): Pick<Ledger, "cycle" | "cycles" | "events" | "reservations"> {
  const read = <R>(project: ProjectName, body: (rows: ProjectReads) => R, missing: R): R =>
    storage.read(project, body, () => missing);
  return {
    async cycle(project, id) {
      return read(project, (rows) => rows.cycle(id), null);
    },
    async cycles(project, limit) {
      return read(project, (rows) => rows.cycles(limit), []);
    },
    async events(project, after, limit) {
      return read(project, (rows) => rows.events(after, limit), []);
    },
    async reservations(project, sinceDay) {
      return read(project, (rows) => rows.reservations(sinceDay), []);
    },
  };
}

const emptyOverview: Omit<Overview, "day"> = {
  project: newProject,
  counts: noCounts,
  openCycle: null,
  lastCycle: null,
  today: { settledUsd: 0, reservedUsd: 0 },
  totalUsd: 0,
  nextCycleAt: null,
  waitsFor: null,
  cursor: 0,
};

function overviewOf(rows: ProjectReads, day: string): Overview {
  const cycles = rows.openCycles();
  const open = openCycle(cycles);
  return {
    project: rows.project() ?? newProject,
    counts: { ...noCounts, ...rows.counts() },
    openCycle: open,
    lastCycle: rows.lastCycle(),
    today: rows.moneyOfDay(day),
    day,
    totalUsd: rows.totalUsd(),
    nextCycleAt: nextCycleAt(
      rows,
      new Set(cycles.filter(({ state }) => state.at !== "queued").map(({ id }) => id)),
    ),
    waitsFor: open === null ? null : waitsFor(rows, open),
    cursor: rows.cursor(),
  };
}

/** What a cycle's own job had to wait for. */
function waitsFor(rows: ProjectReads, { id }: Cycle): string | null {
  const state = rows.jobOf("cycle", { kind: "cycle", cycle: id })?.job.state;
  return state?.at === "queued" ? state.waitsFor : null;
}

/** The earliest moment of a queued cycle that has not begun. */
function nextCycleAt(rows: ProjectReads, begun: ReadonlySet<string>): Instant | null {
  const moments = rows
    .jobsIn("cycle")
    .filter(({ job }) => job.subject.kind === "cycle" && !begun.has(job.subject.cycle))
    .filter(({ job }) => job.state.at === "queued")
    .map(({ job }) => job.runAt);
  return moments.length === 0 ? null : instant(Math.min(...moments));
}
