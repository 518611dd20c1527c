/** Time, money, and the vendor's own limits. */
import { expect, test } from "vitest";
import { type CycleSetup, openCycleRig } from "../support/cycle-rig.ts";
import { answers, bash, brief, fails, passes, works, write } from "../support/plays.ts";
import { sleepers, uniqueSeconds } from "../support/processes.ts";
import { sessionsOf } from "../support/recorded.ts";

test("a worker out of time and a check that hangs are ended with all that they started", async () => {
  const [left, hung, child] = [uniqueSeconds(), uniqueSeconds(), uniqueSeconds()];
  const rig = await openCycleRig({
    scenario: {
      worker: [
        works("Take for ever", bash(`setsid sleep ${left} & sleep ${left}`)),
        works("Hang", write({ "tests/hang.sh": `setsid sleep ${child} &\nsleep ${hung}\n` })),
      ],
      judge: [passes],
    },
    projects: {
      app: { config: { max_attempts: 1, worker_timeout_seconds: 6, check_timeout_seconds: 2 } },
    },
  });
  const app = rig.project();
  await app.add(brief("Take for ever"));
  await app.add(brief("Hang"));
  const begun = performance.now();
  const [cycle] = await rig.run();
  expect(performance.now() - begun).toBeLessThan(30_000);
  expect(cycle?.state).toMatchObject({ outcome: { failed: 2 } });
  const late = await app.task("Take for ever");
  expect(late.task.state).toMatchObject({ at: "failed", failure: { kind: "timedOut" } });
  expect(late.attempts[0]?.durationMs).toBeLessThan(12_000);
  const { task, verdicts } = await app.task("Hang");
  expect(task.state).toMatchObject({ at: "failed", failure: { kind: "checksRed" } });
  expect(verdicts[0]?.reasons.join()).toMatch(/timed out after [23] s/);
  for (const seconds of [left, hung, child]) expect(await sleepers(seconds)).toEqual([]);
  // what a session cut short had cost is in the ledger
  const { today } = await app.overview();
  expect(today.settledUsd).toBeCloseTo(rig.model.bill().total.costUsd, 6);
});

/** Half a dollar at the default worker's prices. */
const dear = { usage: { inputTokens: 20_000, outputTokens: 46_000 } };
const declines = { ...answers("declined", { why: "No." }), ...dear };

test("a session that passes the task's cap is ended, and fails for that reason", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [{ ...works("Spend", { ...bash("true"), ...dear }, bash("true")), repeat: true }],
    },
    projects: { app: { config: { max_attempts: 1, max_budget_per_task: 0.3 } } },
  });
  const app = rig.project();
  await app.add(brief("Spend"));
  await rig.run();
  const { task, costUsd } = await app.task("Spend");
  expect(task.state).toMatchObject({ at: "failed", failure: { kind: "outOfBudget" } });
  expect(costUsd).toBeCloseTo(rig.model.bill().total.costUsd, 2);
  expect(rig.model.requests().filter(({ status }) => status === 200).length).toBeLessThan(3);
});

test("planner and judge have caps of their own, and what they cost is recorded", async () => {
  const rig = await openCycleRig({
    scenario: {
      planner: [{ steps: [{ tool: "Glob", input: { pattern: "*" }, ...dear }], repeat: true }],
      worker: [works("Add a note", write({ "note.txt": "n\n" }))],
      judge: [{ steps: [{ ...bash("true"), ...dear }], repeat: true }],
    },
    projects: {
      planned: { config: { backlog_source: "claude_md" } },
      judged: { config: { judge_budget: 0.04 } },
    },
  });
  const [planned, judged] = [rig.project("planned"), rig.project("judged")];
  await judged.add(brief("Add a note"));
  const cycles = await rig.run();
  const why = "the session reached its spending cap before it answered";
  expect(cycles.map(({ state }) => state)).toContainEqual({ at: "failed", why });
  const { task, verdicts } = await judged.task("Add a note");
  expect(task.state).toMatchObject({ at: "failed", failure: { kind: "judgeLost" } });
  expect(verdicts.at(-1)?.reasons.join()).toContain(why);
  const costs = [await planned.overview(), await judged.overview()].map(({ totalUsd }) => totalUsd);
  expect(costs[0]).toBeGreaterThan(0.4);
  const bill = rig.model.bill().total.costUsd;
  expect((costs[0] ?? 0) + (costs[1] ?? 0)).toBeCloseTo(bill, 1);
});

const capped: readonly (readonly [string, string, Omit<CycleSetup, "scenario">])[] = [
  [
    "a cycle",
    "the cycle's cap, $0.60",
    { projects: { app: { config: { max_workers: 1, max_budget_per_cycle: 0.6 } } } },
  ],
  [
    "a project's day",
    "the project's cap for today, $0.60",
    { projects: { app: { config: { max_workers: 1, max_budget_per_day: 0.6 } } } },
  ],
  [
    "the portfolio's day",
    "the portfolio's cap for today, $0.60",
    {
      projects: { app: { config: { max_workers: 1 } }, other: { config: { max_workers: 1 } } },
      portfolio: { max_budget_per_day: 0.6 },
    },
  ],
];

test.each(capped)("%s over its budget starts nothing more, and says so", async (_, why, setup) => {
  const rig = await openCycleRig({ scenario: { worker: [{ steps: [declines] }] }, ...setup });
  const app = rig.project();
  for (const title of ["One", "Two"]) await app.add(brief(title));
  const [cycle] = await rig.run({ only: ["app"] });
  expect(cycle?.state).toMatchObject({
    at: "completed",
    outcome: { skipped: 1, leftOver: 1, cutShort: expect.stringContaining(`budget: ${why}`) },
  });
  expect(sessionsOf(rig.model, "worker")).toHaveLength(1);
  if (setup.portfolio === undefined) return;
  const other = rig.project("other");
  await other.add(brief("Three"));
  await rig.run({ only: ["other"] });
  expect(sessionsOf(rig.model, "worker")).toHaveLength(1);
});

test("a usage limit, an outage and a refused key are waited out, and cost no attempt", async () => {
  const limit = { resetInS: 3_600, times: 1 };
  const rig = await openCycleRig({
    credential: "login",
    scenario: {
      worker: [
        works("Add a note", fails(429, limit), write({ "note.txt": "n\n" })),
        { task: "Be locked out", steps: [fails(401)] },
      ],
      judge: [passes],
    },
    projects: { limited: {}, locked: {} },
  });
  const [limited, locked] = [rig.project("limited"), rig.project("locked")];
  const id = await limited.add(brief("Add a note"));
  await locked.add(brief("Be locked out"));
  const cut = (why: string) => ({ leftOver: 1, failed: 0, cutShort: expect.stringContaining(why) });
  const [cycle] = await rig.run({ only: ["limited"] });
  expect(cycle?.state).toMatchObject({ at: "completed", outcome: cut("limit: usage limit") });
  const { engine } = await rig.open();
  const { mode } = await engine.limit();
  expect(mode).toMatchObject({ at: "waiting", cause: "usage", waits: 1 });
  const until = mode.at === "waiting" ? mode.until : 0;
  expect(until - Date.now()).toBeGreaterThan(3_000_000);
  expect((await limited.overview()).project.mode).toEqual({ at: "active" });
  expect(await limited.story(id)).toEqual(["task.created", "work.started", "work.released"]);
  // nothing is started while it lasts, in no project, over a restart too
  const before = rig.model.requests().length;
  await rig.close();
  await rig.run();
  expect(rig.model.requests()).toHaveLength(before);
  // and the same attempt goes on afterwards
  await limited.lift();
  await rig.run({ only: ["limited"] });
  const { task, attempts } = await limited.task("Add a note");
  expect(task.state).toMatchObject({ at: "done", attempt: 1 });
  expect(attempts.map(({ attempt }) => attempt)).toEqual([1]);
  const [refused] = await rig.run({ only: ["locked"] });
  expect(refused?.state).toMatchObject({ outcome: cut("paused by the patrol") });
  expect((await locked.overview()).project.mode).toMatchObject({ at: "paused", until: null });
  expect((await locked.task("Be locked out")).task.state).toMatchObject({ attempt: 1, left: 2 });
});

test("a set-up that fails blames no task: the project is paused with the reason", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [works("Add a note", write({ "note.txt": "n\n" }))], judge: [passes] },
    projects: { app: { config: { setup_command: "echo it lacks a part; exit 3" } } },
  });
  const app = rig.project();
  await app.add(brief("Add a note"));
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ at: "completed", outcome: { failed: 0, leftOver: 1 } });
  const { project } = await app.overview();
  expect(project.mode).toMatchObject({ at: "paused", by: "patrol" });
  expect(JSON.stringify(project.mode)).toContain("it lacks a part");
  const { task } = await app.task("Add a note");
  expect(task.state).toMatchObject({ at: "pending", attempt: 1 });
  expect(rig.model.requests().filter(({ role }) => role === "worker")).toEqual([]);
});
