/** The settling of projects on a real ledger; what it asks of the ledger is counted. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import { pause, resume } from "../../src/core/commands.ts";
import { openDraft } from "../../src/core/draft.ts";
import { type Instant, later } from "../../src/core/ids.ts";
import { defaultRetryRules as rules } from "../../src/core/retry.ts";
import { openSettling } from "../../src/engine/settling.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { tempFolder } from "../support/folders.ts";
import { aCycle, aTask, demo, noon } from "../support/ledger.ts";
import { limits } from "../support/views.ts";

async function openScene() {
  const dataDir = join(await tempFolder(), "data");
  let now: Instant = noon;
  const clock = { now: () => now, random: () => 0 };
  const open = (): Engine => {
    const engine = openSqliteEngine({ dataDir, clock, dayOf: () => "2026-01-15" });
    onTestFinished(() => engine.close());
    return engine;
  };
  const engine = open();
  /** Settling, as a process does it; the answer tells whether it looked at all. */
  const process = (its: Engine) => {
    let looks = 0;
    const counting: Engine = {
      ...its,
      transact: (project, needs, decide) => {
        looks += 1;
        return its.transact(project, needs, decide);
      },
    };
    const time = { ...clock, elapsedMs: () => 0, sleep: async () => {}, newId: () => "" };
    const settle = openSettling({
      engine: counting,
      clock: {
        ...time,
        session: () => {
          throw new Error("no session");
        },
      },
    });
    return async (): Promise<boolean> => {
      const before = looks;
      await settle({ name: demo, limits: limits() });
      return looks > before;
    };
  };
  const pass = (ms: number) => {
    now = later(now, ms);
  };
  return { engine, open, process, pass };
}

test("a project at rest is looked at once, and again only after a write of anybody's", async () => {
  const { engine, open, process } = await openScene();
  const looks = process(engine);
  const other = open();
  await other.transact(demo, {}, () => ({
    changes: [{ kind: "task", task: aTask(1) }],
    answer: 0,
  }));
  // it sent a job
  expect([await looks(), await looks(), await looks()]).toEqual([true, true, false]);
  expect((await engine.task(demo, aTask(1).id))?.job?.queue).toBe("work");
  for (const each of [other, engine]) {
    await each.transact(demo, {}, (view) => pause(view, "lunch", rules));
    expect([await looks(), await looks()]).toEqual([true, false]);
    await each.transact(demo, {}, (view) => resume(view, rules));
    expect([await looks(), await looks()]).toEqual([true, false]);
  }
  // reading, and being looked at, is no write
  await other.overview(demo);
  expect(await looks()).toBe(false);
  // another process, as after a restart, knows nothing and looks
  expect(await process(open())()).toBe(true);
});

test("a pause that runs out is seen although nobody writes", async () => {
  const { engine, process, pass } = await openScene();
  const looks = process(engine);
  await engine.transact(demo, {}, (view) => {
    const draft = openDraft(view, rules);
    const until = later(view.now, 60_000);
    draft.tellProject({ type: "project.paused", by: "limit", why: "", until, now: view.now });
    return { changes: draft.changes(), answer: null };
  });
  expect([await looks(), await looks()]).toEqual([true, false]);
  pass(59_999);
  expect(await looks()).toBe(false);
  pass(1);
  expect(await looks()).toBe(true);
  expect((await engine.overview(demo)).project.mode.at).toBe("active");
});

test("a running cycle is looked at each time", async () => {
  const { engine, process } = await openScene();
  const looks = process(engine);
  const blocked = aTask(1, { cycle: aCycle(1).id });
  const cycle = aCycle(1, { state: { at: "running" }, tasks: [blocked.id] });
  await engine.transact(demo, {}, () => ({
    changes: [
      { kind: "task", task: blocked },
      { kind: "cycle", cycle },
    ],
    answer: null,
  }));
  expect([await looks(), await looks(), await looks()]).toEqual([true, true, true]);
});

test("G12: a project at rest is looked at again when the clock goes back", async () => {
  const { engine, process, pass } = await openScene();
  const looks = process(engine);
  while (await looks()); // the first look makes the ledger
  pass(-60_000);
  expect(await looks()).toBe(true);
});
