/**
 * G12: a machine whose clock jumps. The program runs under libfaketime, on a clock of the test.
 */
import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import { instant, projectName } from "../../src/core/ids.ts";
import { type CycleRig, openCycleRig } from "../support/cycle-rig.ts";
import { moment } from "../support/moments.ts";
import { startOrch } from "../support/orch.ts";
import { bash, brief, passes, plans, wait, works } from "../support/plays.ts";

const libraries = ["x86_64", "aarch64"].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`,
);

/** A daemon of its own on a clock that the test sets, relative to the real one. */
async function startOnClock(rig: CycleRig) {
  const library = libraries.find((path) => existsSync(path));
  if (library === undefined) throw new Error("libfaketime is missing: install `faketime`");
  const file = join(rig.root, "clock");
  const set = async (offset: string): Promise<void> => {
    await writeFile(`${file}.new`, offset);
    await rename(`${file}.new`, file);
  };
  await set("+0");
  const orch = startOrch(rig.root, ["start", "--config", rig.portfolioFile], {
    ...rig.env,
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  });
  const clock = { now: () => instant(Date.now()), random: () => 0 };
  const ledger = openSqliteEngine({ dataDir: rig.data, clock, dayOf: () => "2026-01-15" });
  const end = async (): Promise<void> => {
    await ledger.close();
    orch.process.kill("SIGTERM");
    expect((await orch.ended).code).toBe(143);
  };
  return { set, ledger, end };
}

const app = projectName("app");

test("G12: missed cycles are one, and a clock that is set back puts no cycle off for days", async () => {
  const rig = await openCycleRig({
    scenario: { planner: [plans()] },
    projects: { app: { config: { backlog_source: "claude_md", cycle_interval_minutes: 60 } } },
  });
  const { set, ledger, end } = await startOnClock(rig);
  const ended = async (n: number): Promise<void> => {
    await moment(`${n} cycles have ended`, async () => {
      const cycles = await ledger.cycles(app, 9);
      return cycles.filter(({ endedAt }) => endedAt !== null).length >= n;
    });
    // the next one is in the queue by then, and is not begun
    await moment("the next cycle waits", async () => {
      const { nextCycleAt } = await ledger.overview(app);
      return nextCycleAt !== null;
    });
    expect(await ledger.cycles(app, 9)).toHaveLength(n + 1);
  };
  try {
    await ended(1);
    await set("+3d");
    await ended(2);
    // four days less than the ledger has seen, and then an hour on
    await set("-1d");
    await moment("the cycle is put forward", async () => {
      const { nextCycleAt } = await ledger.overview(app);
      return nextCycleAt !== null && nextCycleAt < Date.now();
    });
    await set("-1379m");
    await ended(3);
  } finally {
    await end();
  }
});

test("G12: a clock that jumps past a lease ends no session, and begins none anew", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [works("Grow app", wait(4_000), bash("echo four >> app.txt"))],
      judge: [passes],
    },
  });
  await rig.project().add(brief("Grow app"));
  await rig.close();
  const { set, ledger, end } = await startOnClock(rig);
  const events = async () =>
    (await ledger.events(app, 0, 999)).map(({ event }) => event.event.type);
  try {
    await moment("the worker works", async () => (await events()).includes("work.started"));
    await set("+2h");
    await moment("it has landed", async () => (await events()).includes("merge.landed"));
    expect((await events()).filter((type) => type === "work.started")).toHaveLength(1);
    expect(await events()).not.toContain("lease.expired");
  } finally {
    await end();
  }
});
