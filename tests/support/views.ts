/** A small ledger as data: views to decide on. */
import type { Caps } from "../../src/core/budget.ts";
import { jobId, later, projectName, token } from "../../src/core/ids.ts";
import type { Change, Job, PortfolioView, View } from "../../src/core/ledger.ts";
import { noLimit } from "../../src/core/limit.ts";
import { newProject } from "../../src/core/project.ts";
import type { Reservation } from "../../src/core/records.ts";
import { defaultRetryRules } from "../../src/core/retry.ts";
import type { Limits } from "../../src/core/schedule.ts";
import type { Task } from "../../src/core/task.ts";
import { aTaskId, noon } from "./records.ts";

const noMoney = { settledUsd: 0, reservedUsd: 0 };

export const aView = (changes: Partial<View> = {}): View => ({
  name: projectName("shop"),
  now: noon,
  day: "2026-01-02",
  chance: 0,
  project: newProject,
  limit: noLimit,
  tasks: [],
  cycles: [],
  jobs: [],
  attempts: [],
  verdicts: [],
  known: new Map(),
  spent: { today: noMoney, cycle: noMoney, everywhere: noMoney },
  reservations: [],
  ...changes,
});

export const quiet: PortfolioView = { today: noMoney, workersLive: 0 };
export const noCaps: Caps = { cycleUsd: null, dayUsd: null, portfolioDayUsd: null };

export const limits = (changes: Partial<Limits> = {}): Limits => ({
  workersMax: 2,
  portfolioWorkersMax: null,
  sessionUsd: { planner: 0.5, worker: 0.5, judge: 0.2, refinery: 0.5 },
  caps: noCaps,
  keptForPerson: 0,
  rules: defaultRetryRules,
  ...changes,
});

export const aJob = (changes: Partial<Job> = {}): Job => ({
  id: jobId("j1"),
  queue: "work",
  subject: { kind: "task", task: aTaskId },
  key: null,
  priority: 50,
  sentAt: noon,
  runAt: noon,
  state: { at: "queued", waitsFor: null },
  ...changes,
});

export const aReservation = (changes: Partial<Reservation> = {}): Reservation => ({
  token: token(7),
  role: "worker",
  task: aTaskId,
  cycle: null,
  day: "2026-01-02",
  amountUsd: 0.5,
  settledUsd: null,
  at: noon,
  ...changes,
});

/** The state of a job that somebody has. */
export const live = (number = 7): Job["state"] => ({
  at: "live",
  token: token(number),
  leaseUntil: later(noon, 30_000),
});

/** The task as the changes leave it. */
export function taskIn(changes: readonly Change[]): Task | null {
  const found = changes.flatMap((each) => (each.kind === "task" ? [each.task] : []));
  return found.at(-1) ?? null;
}

/** Changes of one kind. */
export const only = <K extends Change["kind"]>(
  changes: readonly Change[],
  kind: K,
): readonly Extract<Change, { readonly kind: K }>[] =>
  changes.filter((each): each is Extract<Change, { readonly kind: K }> => each.kind === kind);
