/** Builds what a decision sees of a project. */
import { type Cycle, openCycle } from "../../../core/cycle.ts";
import type { CycleId, Instant, ProjectName, TaskId } from "../../../core/ids.ts";
import type { Money, Needs, View } from "../../../core/ledger.ts";
import type { Known } from "../../../core/plan.ts";
import { newProject } from "../../../core/project.ts";
import type { Redact } from "../../../core/redact.ts";
import type { Task } from "../../../core/task.ts";
import { asSeen } from "./jobs.ts";
import type { PortfolioReads, ProjectReads, Same } from "./storage.ts";

/** What a transaction knows beside the rows. */
export interface Moment {
  readonly project: ProjectName;
  readonly now: Instant;
  readonly day: string;
  readonly chance: number;
  readonly alive: (owner: string) => boolean;
  /** Takes secrets out of all that is written; null: nothing is looked for. */
  readonly redact: Redact | null;
}

const nothing: Money = { settledUsd: 0, reservedUsd: 0 };

/** Reads the view of one transaction. */
export function viewOf(
  rows: ProjectReads,
  portfolio: Pick<PortfolioReads, "limit" | "moneyOfDay">,
  moment: Moment,
  needs: Needs,
): View {
  const { project, now, day, chance, alive } = moment;
  const cycles = rows.openCycles();
  const reservations = withReservation(rows, needs);
  const own = reservations.find(({ token }) => token === needs.reservation);
  // a session may outlive its cycle, and is never held against another one's cap
  const cycle = own === undefined ? openCycle(cycles)?.id : own.cycle;
  const view: View = {
    name: project,
    now,
    day,
    chance,
    project: rows.project() ?? newProject,
    limit: portfolio.limit(),
    tasks: rows.openTasks(),
    cycles,
    jobs: rows.jobs().map((row) => asSeen(row, alive)),
    attempts: [],
    verdicts: [],
    known: new Map(),
    spent: {
      today: rows.moneyOfDay(day),
      cycle: cycle == null ? nothing : rows.moneyOfCycle(cycle),
      everywhere: portfolio.moneyOfDay(day),
    },
    reservations,
  };
  return withAsked(rows, view, needs);
}

/** Adds to a view what was asked for beyond what is open. */
export function withAsked(rows: ProjectReads, view: View, needs: Needs): View {
  const tasks = [...new Set(needs.tasks)];
  return {
    ...view,
    tasks: joined(view.tasks, tasks, rows.task),
    cycles: joined(view.cycles, needs.cycles ?? [], rows.cycle),
    attempts: tasks.flatMap(rows.attempts),
    verdicts: tasks.flatMap(rows.verdicts),
    known: knownOf(rows, needs.fingerprints ?? []),
  };
}

function withReservation(rows: ProjectReads, { reservation: asked }: Needs): View["reservations"] {
  const unsettled = rows.unsettled();
  if (asked === undefined || unsettled.some(({ token }) => token === asked)) return unsettled;
  const found = rows.reservation(asked);
  return found === null ? unsettled : [...unsettled, found];
}

function joined<T extends Task | Cycle, Id extends TaskId | CycleId>(
  open: readonly T[],
  asked: readonly Id[],
  find: (id: Id) => T | null,
): readonly T[] {
  if (asked.length === 0) return open;
  const seen = new Set<string>(open.map(({ id }) => id));
  const more = [...new Set(asked)].filter((id) => !seen.has(id)).map(find);
  return [...open, ...more.filter((each) => each !== null)];
}

function knownOf(rows: ProjectReads, fingerprints: readonly string[]): View["known"] {
  const known = new Map<string, Known>();
  for (const fingerprint of fingerprints) {
    const same = rows.sameAs(fingerprint).map(asKnown);
    const first = same.find(({ became }) => became === "open") ?? same[0];
    if (first !== undefined) known.set(fingerprint, first);
  }
  return known;
}

const asKnown = ({ id, status }: Same): Known => ({
  became: status === "done" || status === "failed" || status === "skipped" ? status : "open",
  task: id,
});
