/**
 * What is derived from the ledger's events: the audit trail, and branches swept after landing.
 * A cursor remembers how far it has come; doing an event twice is the same as once.
 */
import type { Cycle } from "../core/cycle.ts";
import type { CycleId, ProjectName, TaskId } from "../core/ids.ts";
import type { LogEvent } from "../core/ledger.ts";
import type { LoggedEvent } from "../ports/engine.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { verdictDocument } from "../stages/judge/document.ts";
import { planDocument } from "../stages/plan/document.ts";
import { workerDocument } from "../stages/work/document.ts";
import { type House, type Site, siteOf } from "./house.ts";
import { sweepIfOver } from "./leftover.ts";

/** Events taken in one go. */
const pageMax = 500;

export interface Outbox {
  /** Brings the trail up to date with the ledger; failures are heard and tried again next time. */
  readonly flush: (project: ProjectName) => Promise<void>;
}

/** Opens the outbox; `fault` hears once what keeps a trail from being written, until it is. */
export function openOutbox(
  house: House,
  fault: (project: ProjectName, why: string) => void,
): Outbox {
  const chains = new Map<ProjectName, Promise<void>>();
  const told = new Set<ProjectName>();
  const flushed = async (project: ProjectName): Promise<void> => {
    const why = await flushOne(house, project);
    if (why === null) return void told.delete(project);
    if (!told.has(project)) fault(project, `the trail in .orch is not being written: ${why}`);
    told.add(project);
  };
  return {
    flush: (project) => {
      const before = chains.get(project) ?? Promise.resolve();
      const next = before.then(() => flushed(project)); // one at a time a project
      chains.set(
        project,
        next.catch(() => undefined),
      );
      return next;
    },
  };
}

/** Answers why the trail could not be brought up to date. */
async function flushOne(house: House, project: ProjectName): Promise<string | null> {
  const site = siteOf(house, project);
  const { memo } = site.world;
  let cursor = Number((await memo.get(cursorKey)) ?? "0");
  for (;;) {
    const events = await house.engine.events(project, cursor, pageMax);
    const last = events.at(-1);
    if (last === undefined) return null;
    const why = await deliver(house, site, events);
    if (why !== null) return why;
    cursor = last.seq;
    await memo.put(cursorKey, String(cursor));
  }
}

const cursorKey = "outbox";

async function deliver(
  house: House,
  site: Site,
  events: readonly LoggedEvent[],
): Promise<string | null> {
  const touched = touchedBy(events.map(({ event }) => event));
  for (const id of touched.cycles) {
    const cycle = await house.engine.cycle(site.name, id);
    const entry =
      cycle === null ? null : planDocument(site.name, cycle, await titlesOf(house, site, cycle));
    const why = entry === null ? null : await write(site, entry);
    if (why !== null) return why;
  }
  for (const id of touched.tasks) {
    const record = await house.engine.task(site.name, id);
    if (record === null) continue;
    for (const entry of [workerDocument(record), verdictDocument(record)]) {
      const why = entry === null ? null : await write(site, entry);
      if (why !== null) return why;
    }
  }
  for (const id of touched.over) await sweepIfOver(house, site, id);
  return null;
}

async function titlesOf(
  { engine }: House,
  { name }: Site,
  { tasks }: Cycle,
): Promise<ReadonlyMap<TaskId, string>> {
  const records = await Promise.all(tasks.map((id) => engine.task(name, id)));
  return new Map(records.flatMap((each) => (each ? [[each.task.id, each.task.brief.title]] : [])));
}

async function write({ journal }: Site, entry: JournalEntry): Promise<string | null> {
  const written = await journal.write(entry);
  return written.kind === "written" ? null : written.why;
}

function touchedBy(events: readonly LogEvent[]) {
  const tasks = new Set<TaskId>();
  const cycles = new Set<CycleId>();
  const over = new Set<TaskId>();
  for (const each of events) {
    if (each.of === "task") tasks.add(each.task);
    if (each.of === "note" && each.task !== null) tasks.add(each.task);
    if (each.of === "cycle") cycles.add(each.cycle);
    if (each.of === "task" && leavesNothing.has(each.event.type)) over.add(each.task);
  }
  return { tasks, cycles, over };
}

/** Events after which a task's branch is of no more use, unless something unmerged is on it. */
const leavesNothing: ReadonlySet<string> = new Set([
  "merge.landed",
  "work.declined",
  "work.reported",
  "task.skipped",
]);
