/** Money, in the vendor's bill: whole cycles through the gateway, and deaths at any request. */
import { expect, test } from "vitest";
import { startCycle } from "../support/cycle-process.ts";
import { openCycleRig } from "../support/cycle-rig.ts";
import { moment } from "../support/moments.ts";
import { bash, brief, draft, passes, works, write } from "../support/plays.ts";

const dear = {
  usage: {
    ...{ inputTokens: 3_000, outputTokens: 900 },
    ...{ cacheReadTokens: 20_000, cacheWriteTokens: 2_000 },
  },
};

test("after whole cycles the ledger is the vendor's bill, by model too", async () => {
  const rig = await openCycleRig({
    scenario: {
      planner: [
        {
          steps: [
            { tool: "Glob", input: { pattern: "*" }, ...dear },
            {
              answer: {
                assessment: "Well.",
                tasks: [draft("Add a note")],
                deferred: [],
                risks: [],
              },
            },
          ],
        },
      ],
      worker: [works("Add a note", { ...bash("true"), ...dear }, write({ "note.txt": "n\n" }))],
      judge: [passes],
    },
    projects: { app: { config: { backlog_source: "claude_md", max_workers: 1 } } },
  });
  const [cycle] = await rig.run();
  expect(cycle?.state).toMatchObject({ outcome: { landed: 1 } });
  const { total, byModel } = rig.model.bill();
  const { totalUsd, today } = await rig.project().overview();
  expect(totalUsd).toBeCloseTo(total.costUsd, 9);
  expect(today).toEqual({ settledUsd: totalUsd, reservedUsd: 0 });
  const { engine } = await rig.open();
  const reservations = await engine.reservations(rig.project().name, "0000-00-00");
  for (const [model, each] of Object.entries(byModel)) {
    const ours = reservations.flatMap(({ metered }) => metered?.usage ?? []);
    const costUsd = ours.reduce((sum, e) => sum + (e.model === model ? e.costUsd : 0), 0);
    expect([model, costUsd]).toEqual([model, expect.closeTo(each.costUsd, 9)]);
  }
  expect(reservations.map(({ lost }) => lost)).toEqual(reservations.map(() => undefined));
  expect(reservations.reduce((sum, { metered }) => sum + (metered?.requests ?? 0), 0)).toBe(
    total.requests,
  );
});

test("killed at one request after the other, the ledger never counts less than the bill, and what it counts more is said", async () => {
  const rig = await openCycleRig({
    latencyMs: 600,
    scenario: {
      worker: [works("Add a note", bash("true"), bash("echo two"), write({ "note.txt": "n\n" }))],
      judge: [passes],
    },
    // what nobody knows the end of counts towards the cap of the task, too
    projects: { app: { config: { max_workers: 1, max_budget_per_task: 3 } } },
  });
  const app = rig.project();
  await app.add(brief("Add a note"));
  await rig.close();
  for (let death = 1; death <= 3; death += 1) {
    const before = rig.model.requests().length;
    const running = startCycle(rig);
    await moment("it has asked once more", () => rig.model.requests().length > before + death - 1);
    await running.end("SIGKILL");
  }
  await rig.run();
  const { task, costUsd, lostUsd } = await app.task("Add a note");
  expect(task.state).toMatchObject({ at: "done", attempt: 1 });
  const bill = rig.model.bill().total.costUsd;
  const { totalUsd, today } = await app.overview();
  expect(today.reservedUsd).toBe(0);
  expect(totalUsd).toBe(costUsd);
  expect(totalUsd).toBeGreaterThanOrEqual(bill - 1e-9);
  // a request that nobody heard the end of counts at most; all others to the cent
  expect(totalUsd - lostUsd).toBeLessThanOrEqual(bill + 1e-9);
  expect(lostUsd).toBeGreaterThan(0);
  const { engine } = await rig.open();
  const reservations = await engine.reservations(app.name, "0000-00-00");
  for (const { metered } of reservations) expect(metered?.open.length ?? 0).toBeLessThanOrEqual(1);
});
