/** The rows of one project in memory. */

import { type Cycle, isOpen } from "../../../core/cycle.ts";
import type { TaskId } from "../../../core/ids.ts";
import { isSubject } from "../../../core/jobs.ts";
import { lostUsd } from "../../../core/metered.ts";
import type { Project } from "../../../core/project.ts";
import type { Attempt, Landing, Reservation, Verdict } from "../../../core/records.ts";
import { isOver, type Status, statusOf, type Task } from "../../../core/task.ts";
import type { LoggedEvent } from "../../../ports/engine.ts";
import type { JobRow, ProjectReads, ProjectRows } from "../shared/storage.ts";
import { moneyOf } from "./money.ts";
import type { Journal, Table } from "./table.ts";

export interface ProjectData {
  readonly tasks: Table<Task>;
  readonly cycles: Table<Cycle>;
  readonly project: Table<Project>;
  readonly attempts: Table<Attempt>;
  readonly verdicts: Table<Verdict>;
  readonly landings: Table<Landing>;
  readonly reservations: Table<Reservation>;
  readonly jobs: Table<JobRow>;
  readonly events: LoggedEvent[];
  readonly sequences: Table<number>;
  /** Counts the transactions that wrote. */
  writes: number;
}

/** Makes the tables of a project without any rows. */
export const projectData = (): ProjectData => ({
  tasks: new Map(),
  cycles: new Map(),
  project: new Map(),
  attempts: new Map(),
  verdicts: new Map(),
  landings: new Map(),
  reservations: new Map(),
  jobs: new Map(),
  events: [],
  sequences: new Map(),
  writes: 0,
});

/** Opens a project's rows; `journal` takes back what is written. */
export function openRows(data: ProjectData, journal: Journal): ProjectRows {
  return {
    ...readTasks(data),
    ...readWork(data),
    ...readMoney(data),
    putTask: (task) => journal.put(data.tasks, task.id, task),
    putCycle: (cycle) => journal.put(data.cycles, cycle.id, cycle),
    putProject: (project) => journal.put(data.project, "", project),
    putAttempt: (each) =>
      journal.put(data.attempts, `${each.task} ${each.attempt} ${each.kind} ${each.round}`, each),
    putVerdict: (each) => journal.put(data.verdicts, `${each.task} ${each.number}`, each),
    putLanding: (landing) => journal.put(data.landings, landing.id, landing),
    putReservation: (each) => journal.put(data.reservations, String(each.token), each),
    putJob: (row) => journal.put(data.jobs, row.job.id, row),
    removeJob: (id) => journal.remove(data.jobs, id),
    appendEvent: (at, event) =>
      journal.append(data.events, { seq: data.events.length + 1, at, event }),
    setSequence: (name, value) => journal.put(data.sequences, name, value),
  };
}

type TaskReads = "project" | "openTasks" | "tasks" | "task" | "counts" | "sameAs";

function readTasks({ project, tasks }: ProjectData): Pick<ProjectReads, TaskReads> {
  const all = () => [...tasks.values()];
  return {
    project: () => project.get("") ?? null,
    openTasks: () => all().filter(({ state }) => !isOver(state)),
    tasks: ({ status, limit }) =>
      all()
        .reverse()
        .filter(({ state }) => status === undefined || statusOf(state) === status)
        .slice(0, limit),
    task: (id) => tasks.get(id) ?? null,
    counts() {
      const counts: Partial<Record<Status, number>> = {};
      for (const { state } of all()) counts[statusOf(state)] = (counts[statusOf(state)] ?? 0) + 1;
      return counts;
    },
    sameAs: (fingerprint) =>
      all()
        .reverse()
        .filter((task) => task.fingerprint === fingerprint)
        .map(({ id, state }) => ({ id, status: statusOf(state) })),
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
  | "events"
  | "toldOf"
  | "cursor"
  | "sequence";

function readWork(data: ProjectData): Pick<ProjectReads, WorkReads> {
  const { cycles, jobs, attempts, verdicts, landings, events, sequences } = data;
  const of = <T extends { readonly task: TaskId }>(table: Table<T>, task: TaskId) =>
    [...table.values()].filter((row) => row.task === task);
  return {
    openCycles: () => [...cycles.values()].filter(isOpen),
    cycles: (limit) => [...cycles.values()].reverse().slice(0, limit),
    cycle: (id) => cycles.get(id) ?? null,
    lastCycle: () =>
      [...cycles.values()].sort(byEnd).find(({ endedAt }) => endedAt !== null) ?? null,
    jobs: () => [...jobs.values()],
    jobsIn: (queue) => [...jobs.values()].filter(({ job }) => job.queue === queue),
    jobOf: (queue, subject) =>
      [...jobs.values()].find(
        ({ job }) => job.queue === queue && isSubject(job.subject, subject),
      ) ?? null,
    attempts: (task) => of(attempts, task),
    verdicts: (task) => of(verdicts, task),
    landings: (task) => [...landings.values()].filter(({ tasks }) => tasks.includes(task)),
    toldOf: (task) => events.filter(({ event: e }) => e.of === "task" && e.task === task),
    events: (after, limit) => events.slice(after, after + limit),
    cursor: () => events.length,
    sequence: (name) => sequences.get(name) ?? 0,
  };
}

const byEnd = (a: Cycle, b: Cycle): number => (b.endedAt ?? 0) - (a.endedAt ?? 0);

type MoneyReads =
  | "reservation"
  | "reservations"
  | "unsettled"
  | "moneyOfDay"
  | "moneyOfCycle"
  | "costOf"
  | "lostOf"
  | "totalUsd";

function readMoney({ reservations }: ProjectData): Pick<ProjectReads, MoneyReads> {
  const all = () => [...reservations.values()].sort((a, b) => a.token - b.token);
  const where = (test: (each: Reservation) => boolean) => moneyOf(all().filter(test));
  return {
    reservation: (token) => reservations.get(String(token)) ?? null,
    unsettled: () => all().filter(({ settledUsd }) => settledUsd === null),
    reservations: (sinceDay) => all().filter(({ day }) => day >= sinceDay),
    moneyOfDay: (day) => where((each) => each.day === day),
    moneyOfCycle: (cycle) => where((each) => each.cycle === cycle),
    costOf: (task) => where((each) => each.task === task).settledUsd,
    lostOf: (task) =>
      all().reduce((sum, each) => sum + (each.task === task ? lostUsd(each) : 0), 0),
    totalUsd: () => where(() => true).settledUsd,
  };
}
