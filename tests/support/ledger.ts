/** Small records for tests of the ledger; each takes what the test is about. */
import type { Cycle } from "../../src/core/cycle.ts";
import {
  commitSha,
  cycleId,
  instant,
  projectName,
  sessionId,
  taskId,
  token,
  treeSha,
} from "../../src/core/ids.ts";
import type { JobRequest, Queue } from "../../src/core/ledger.ts";
import { fingerprint } from "../../src/core/plan.ts";
import type { Attempt, Landing, Reservation, Verdict } from "../../src/core/records.ts";
import type { Task, TaskState } from "../../src/core/task.ts";

export const demo = projectName("demo");
export const noon = instant(Date.UTC(2026, 0, 15, 12));
export const sha = commitSha("a".repeat(40));

/** Numbered ids of twelve characters. */
export const idOf = (n: number): string => `x${String(n).padStart(11, "0")}`;
export const taskNumber = (n: number) => taskId(idOf(n));
export const cycleNumber = (n: number) => cycleId(idOf(n));

export const pending: TaskState = {
  at: "pending",
  attempt: 1,
  left: 2,
  tries: 0,
  notBefore: instant(0),
};

export function aTask(n: number, change: Partial<Task> = {}): Task {
  const brief = {
    title: `Task ${n}`,
    description: "What is to be done",
    kind: "code",
    priority: 0,
    criteria: ["it works"],
    allowedFiles: [],
    leaveAlone: [],
    backlogItem: null,
  } as const;
  return {
    id: taskNumber(n),
    cycle: null,
    brief,
    fingerprint: fingerprint(brief),
    lastFailure: null,
    answers: [],
    createdAt: noon,
    updatedAt: noon,
    version: 0,
    state: pending,
    ...change,
  };
}

export function aCycle(n: number, change: Partial<Cycle> = {}): Cycle {
  return {
    id: cycleNumber(n),
    requestedBy: "schedule",
    createdAt: noon,
    startedAt: null,
    endedAt: null,
    state: { at: "queued" },
    plan: null,
    refused: [],
    tasks: [],
    costUsd: 0,
    version: 0,
    ...change,
  };
}

/** A request for the work on task `n`. */
export function aJob(n: number, change: Partial<JobRequest> = {}): JobRequest {
  return {
    queue: "work",
    subject: { kind: "task", task: taskNumber(n) },
    key: null,
    priority: 0,
    runAt: noon,
    ...change,
  };
}

/** A change that sends a job. */
export const sent = (n: number, change: Partial<JobRequest> = {}) =>
  ({ kind: "send", job: aJob(n, change) }) as const;

/** A change that takes a job back. */
export const withdrawn = (n: number, queue: Queue = "work") =>
  ({ kind: "withdraw", queue, subject: { kind: "task", task: taskNumber(n) } }) as const;

export function aReservation(n: number, change: Partial<Reservation> = {}): Reservation {
  return {
    token: token(n),
    role: "worker",
    task: taskNumber(1),
    cycle: cycleNumber(1),
    day: "2026-01-15",
    amountUsd: 0.5,
    settledUsd: null,
    at: noon,
    ...change,
  };
}

const spending = { costUsd: 0.25, turns: 3, usage: [] };

export function anAttempt(n: number, change: Partial<Attempt> = {}): Attempt {
  return {
    task: taskNumber(n),
    attempt: 1,
    kind: "work",
    round: 0,
    model: "sonnet",
    session: sessionId("0b0f0c0e-0000-4000-8000-000000000000"),
    workspace: "w1",
    base: sha,
    startedAt: noon,
    endedAt: null,
    outcome: { kind: "running" },
    summary: "",
    changes: [],
    spending,
    durationMs: 0,
    ...change,
  };
}

export function aVerdict(n: number, change: Partial<Verdict> = {}): Verdict {
  return {
    task: taskNumber(n),
    attempt: 1,
    number: 1,
    commit: sha,
    base: sha,
    decision: "pass",
    reasons: ["all is well"],
    checks: [],
    unchecked: true,
    reading: { decision: "pass", reasoning: "it reads well", findings: [] },
    hold: null,
    spending,
    startedAt: noon,
    durationMs: 12,
    ...change,
  };
}

export function aLanding(tasks: readonly number[], change: Partial<Landing> = {}): Landing {
  return {
    id: "landing-1",
    tasks: tasks.map(taskNumber),
    branch: "main",
    base: sha,
    commit: sha,
    tree: treeSha("b".repeat(40)),
    checks: [],
    state: "intended",
    at: noon,
    ...change,
  };
}
