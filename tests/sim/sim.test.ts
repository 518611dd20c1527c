/** The program in a world of faults: promises are looked at all the while, and at the end. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { taskTable } from "../../src/core/task-machine.ts";
import { tempFolder } from "../support/folders.ts";
import { faultKinds } from "./faults/kinds.ts";
import { bundle } from "./run/bundle.ts";
import { runSeeds } from "./run/pool.ts";
import type { Ran } from "./run/simulate.ts";
import { addRun, openSummary, renderViolation } from "./run/summary.ts";

/** Seeds run in each build. */
const seeds = 2_000;

const never = new AbortController().signal;
let file = "";
beforeAll(async () => {
  file = await bundle(join(await tempFolder(), "worker.mjs"));
});

async function traceOf(seed: number): Promise<Ran> {
  const ran: Ran[] = [];
  const batch = { file, from: seed, count: 1, workers: 1, whole: true };
  await runSeeds(batch, (each) => ran.push(each) > 0, never);
  const [first] = ran;
  if (first === undefined) throw new Error("the seed was not run");
  return first;
}

test("a seed decides everything: run twice, it does the same", async () => {
  for (const seed of [3, 17, 92]) {
    const [once, again] = [await traceOf(seed), await traceOf(seed)];
    expect(again.trace).toEqual(once.trace);
    expect(again.sum).toBe(once.sum);
    expect(once.trace.length).toBeGreaterThan(20);
  }
});

const sum = openSummary();

test(`no promise is broken in ${seeds} seeds`, { timeout: 1_200_000 }, async () => {
  const batch = { file, from: 1, count: seeds, workers: availableParallelism() };
  const end = await runSeeds(
    batch,
    (ran) => {
      addRun(sum, ran);
      return ran.violation === null;
    },
    never,
  );
  expect(sum.violations.map(renderViolation)).toEqual([]);
  expect([end.kind, sum.seeds]).toEqual(["done", seeds]);
});

test("every row of the task machine was taken", () => {
  const taken = new Set([...sum.rows.keys()].map((row) => row.split(" → ")[0]));
  const rows = Object.entries(taskTable).flatMap(([at, events]) =>
    Object.keys(events).map((event) => `${at} ${event}`),
  );
  expect(rows.filter((row) => !taken.has(row))).toEqual([]);
  expect(rows.length).toBeGreaterThan(40);
});

test("every kind of fault has struck", () => {
  const kinds = Object.keys(faultKinds);
  expect(kinds.filter((kind) => !sum.faults.has(kind))).toEqual([]);
});

test("enough has happened for a promise to be broken", () => {
  for (const count of [sum.deaths, sum.landings, sum.rejections, sum.conflicts, sum.releases])
    expect(count).toBeGreaterThan(seeds / 2);
});
