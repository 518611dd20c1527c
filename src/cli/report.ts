/** What came of cycles: values, for people and for programs. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { type Cycle, isOpen } from "../core/cycle.ts";
import { type CycleId, type Instant, instant, type ProjectName } from "../core/ids.ts";
import type { Limit } from "../core/limit.ts";
import type { ProjectConfig } from "../core/portfolio.ts";
import type { Project } from "../core/project.ts";
import { statusOf } from "../core/task.ts";
import type { Ledger, TaskRecord } from "../ports/engine.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Heard } from "./landings.ts";
import { iso } from "./render/format.ts";
import { cycleJson, taskJson } from "./render/json.ts";

/** One cycle with its tasks and its costs. */
export interface CycleReport {
  readonly project: ProjectConfig;
  readonly cycle: Cycle;
  readonly tasks: readonly TaskRecord[];
  /** What landed meanwhile and is none of its tasks: of earlier cycles, or added by a person. */
  readonly alsoLanded: readonly TaskRecord[];
  /** US dollars: planning and all sessions within the cycle. */
  readonly costUsd: number;
  /** The file of the audit trail that tells of it; null where it has not been written. */
  readonly trail: string | null;
  /** What decides when it goes on; null where it is over. */
  readonly outlook: Outlook | null;
}

/** What is known, at a moment, of when an open cycle goes on. */
export interface Outlook {
  readonly now: Instant;
  /** When it is to begin; null where it has begun, or that is not known. */
  readonly beginsAt: Instant | null;
  readonly limit: Limit;
  readonly project: Project;
  /** What it had to wait for when it was last tried; null where it was nothing. */
  readonly waitsFor: string | null;
}

/** A day before a cycle began: sessions count towards the calendar day where the person is. */
const dayBefore = (at: Instant): string =>
  new Date(instant(at - 24 * 3_600_000)).toISOString().slice(0, 10);

/** Reads what came of a cycle; null where the ledger has no such cycle. */
export async function reportOn(
  ledger: Ledger,
  project: ProjectConfig,
  id: CycleId,
  now: Instant,
): Promise<CycleReport | null> {
  const cycle = await ledger.cycle(project.name, id);
  if (cycle === null) return null;
  const tasks: TaskRecord[] = [];
  for (const task of cycle.tasks) {
    const record = await ledger.task(project.name, task);
    if (record !== null) tasks.push(record);
  }
  const reserved = await ledger.reservations(project.name, dayBefore(cycle.createdAt));
  const sessionsUsd = reserved
    .filter((each) => each.cycle === id && each.role !== "planner")
    .reduce((sum, { settledUsd }) => sum + (settledUsd ?? 0), 0);
  return {
    ...{ project, cycle, tasks, costUsd: cycle.costUsd + sessionsUsd },
    alsoLanded: [],
    trail: await fileOr(planFile(project, id)),
    outlook: isOpen(cycle) ? await outlookOf(ledger, project, { id, now }) : null,
  };
}

/** A file that is there, else null. */
const fileOr = (file: string): Promise<string | null> =>
  access(file).then(
    () => file,
    () => null,
  );

const unknown = { beginsAt: null, waitsFor: null };

async function outlookOf(
  ledger: Ledger,
  { name }: ProjectConfig,
  { id, now }: { readonly id: CycleId; readonly now: Instant },
): Promise<Outlook> {
  const { openCycle, nextCycleAt, project, waitsFor } = await ledger.overview(name);
  const isNext = openCycle?.id === id;
  const limit = await ledger.limit();
  return { now, limit, project, ...(isNext ? { beginsAt: nextCycleAt, waitsFor } : unknown) };
}

/** Whether a landed task landed without any check having been run. */
export const isUnchecked = ({ verdicts }: TaskRecord): boolean =>
  verdicts.at(-1)?.unchecked === true;

/** Where a project's audit trail has the plan of a cycle. */
const planFile = ({ path }: Pick<ProjectConfig, "path">, id: CycleId): string =>
  join(path, ".orch", "plans", `cycle_${id}.md`);

/** The exit code that cycles ask for: failed before tasks failed before done. */
export function codeOf(reports: readonly CycleReport[]): number {
  const ended = reports.map(({ cycle }) => cycle.state);
  if (ended.some(({ at }) => at !== "completed")) return exitCodes.failed;
  const failed = ended.some((state) => state.at === "completed" && state.outcome.failed > 0);
  return failed ? exitCodes.tasksFailed : exitCodes.ok;
}

/** A report as JSON. */
export const reportJson = (report: CycleReport) => ({
  ...reportsCycle(report),
  also_landed: report.alsoLanded.map(({ task }) => taskJson(report.project.name, task)),
});

const reportsCycle = ({ project, cycle, tasks, costUsd, trail, outlook }: CycleReport) => ({
  ...cycleJson(project.name, cycle),
  interrupted: isOpen(cycle) && cycle.startedAt !== null,
  begins_at: iso(outlook?.beginsAt ?? null),
  cost_usd: costUsd,
  plan_file: trail,
  tasks: tasks.map((record) => ({
    ...taskJson(project.name, record.task),
    unchecked: statusOf(record.task.state) === "done" && isUnchecked(record),
    cost_usd: record.costUsd,
  })),
});

/** What some projects were in, and what landed in them meanwhile. */
export interface Course {
  readonly entered: readonly { readonly project: ProjectName; readonly id: CycleId }[];
  readonly landed: readonly Heard[];
}

/** The reports of cycles of several projects, in the order in which they were entered. */
export async function reportsOn(
  ledger: Ledger,
  projects: readonly ProjectConfig[],
  { entered, landed }: Course,
  now: Instant,
): Promise<readonly CycleReport[]> {
  const reports: CycleReport[] = [];
  for (const { project, id } of entered) {
    const config = projects.find(({ name }) => name === project);
    const report = config === undefined ? null : await reportOn(ledger, config, id, now);
    if (report !== null) reports.push(report);
  }
  const told = new Set(reports.flatMap(({ tasks }) => tasks.map(({ task }) => task.id)));
  const others = landed.filter(({ task }) => !told.has(task));
  const last = new Map(reports.map((each) => [each.project.name, each]));
  return Promise.all(
    reports.map(async (each): Promise<CycleReport> => {
      const { name } = each.project;
      const ours = last.get(name) === each ? others.filter(({ project }) => project === name) : [];
      return { ...each, alsoLanded: await recordsOf(ledger, ours) };
    }),
  );
}

async function recordsOf(ledger: Ledger, landed: readonly Heard[]): Promise<readonly TaskRecord[]> {
  const records: TaskRecord[] = [];
  for (const { project, task } of new Map(landed.map((each) => [each.task, each])).values()) {
    const record = await ledger.task(project, task);
    if (record?.task.state.at === "done") records.push(record);
  }
  return records;
}
