import type { Cycle } from "../../src/core/cycle.ts";
import {
  type CommitSha,
  commitSha,
  cycleId,
  instant,
  sessionId,
  taskId,
  treeSha,
} from "../../src/core/ids.ts";
import type { Attempt, CheckOutcome, Landing, Verdict } from "../../src/core/records.ts";
import type { Task, TaskBrief, TaskState } from "../../src/core/task.ts";

export const noon = instant(Date.UTC(2026, 0, 2, 12, 0, 0));
export const aTaskId = taskId("aaaaaaaaaaaa");
export const aCycleId = cycleId("cccccccccccc");
/** A commit id of one digit. */
export const sha = (digit: string): CommitSha => commitSha(digit.repeat(40));

export const aBrief = (changes: Partial<TaskBrief> = {}): TaskBrief => ({
  title: "Round prices half up",
  description: "Prices are cut off. ".repeat(15),
  kind: "fix",
  priority: 50,
  criteria: ["1.005 becomes 1.01"],
  allowedFiles: ["src/price.ts"],
  leaveAlone: ["the currency table"],
  backlogItem: null,
  ...changes,
});

export const pending: TaskState = {
  at: "pending",
  attempt: 1,
  left: 2,
  tries: 0,
  notBefore: noon,
};

export const aTask = (changes: Partial<Task> = {}): Task => ({
  id: aTaskId,
  cycle: aCycleId,
  brief: aBrief(),
  fingerprint: "round prices half up",
  answers: [],
  lastFailure: null,
  createdAt: noon,
  updatedAt: noon,
  version: 0,
  state: pending,
  ...changes,
});

export const aCycle = (changes: Partial<Cycle> = {}): Cycle => ({
  id: aCycleId,
  requestedBy: "person",
  createdAt: noon,
  startedAt: noon,
  endedAt: null,
  state: { at: "running" },
  plan: null,
  refused: [],
  tasks: [],
  costUsd: 0.0123,
  version: 0,
  ...changes,
});

export const anAttempt = (changes: Partial<Attempt> = {}): Attempt => ({
  task: aTaskId,
  attempt: 1,
  kind: "work",
  round: 0,
  model: "sonnet",
  session: sessionId("00000000-0000-4000-8000-000000000000"),
  workspace: "work-aaaaaaaaaaaa-1",
  base: sha("b"),
  startedAt: noon,
  endedAt: instant(noon + 65_000),
  outcome: { kind: "submitted", commit: sha("c") },
  summary: "Rounded half up.",
  changes: [
    { path: "src/price.ts", status: "modified", from: null, added: 3, deleted: 1 },
    { path: "logo.png", status: "added", from: null, added: null, deleted: null },
  ],
  spending: {
    costUsd: 0.05,
    turns: 4,
    usage: [
      {
        model: "claude-sonnet-5-5",
        inputTokens: 12,
        outputTokens: 345,
        cacheReadTokens: 6_789,
        cacheWriteTokens: 1_011,
        costUsd: 0.05,
      },
    ],
  },
  durationMs: 65_000,
  ...changes,
});

export const aCheck = (changes: Partial<CheckOutcome> = {}): CheckOutcome => ({
  name: "test",
  command: "npm test",
  decision: "pass",
  by: "count",
  introduced: [],
  preExisting: [],
  hold: null,
  sentence: "is green: 12 tests passed",
  outputTail: "12 passing\n",
  durationMs: 1_500,
  ...changes,
});

export const aVerdict = (changes: Partial<Verdict> = {}): Verdict => ({
  task: aTaskId,
  attempt: 1,
  number: 1,
  commit: sha("c"),
  base: sha("b"),
  decision: "pass",
  reasons: ["all checks pass"],
  checks: [aCheck()],
  unchecked: false,
  reading: null,
  hold: null,
  spending: { costUsd: 0.0042, turns: 2, usage: [] },
  startedAt: noon,
  durationMs: 12_000,
  ...changes,
});

export const aLanding = (changes: Partial<Landing> = {}): Landing => ({
  id: "aaaaaaaaaaaa-7",
  tasks: [aTaskId],
  branch: "main",
  base: sha("b"),
  commit: sha("d"),
  tree: treeSha("e".repeat(40)),
  checks: [aCheck()],
  state: "landed",
  at: instant(noon + 90_000),
  ...changes,
});
