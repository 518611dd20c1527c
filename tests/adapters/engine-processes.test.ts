/** What the engine in SQLite promises to several processes, with real ones. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import { instant } from "../../src/core/ids.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { nothing, start } from "../contract/engine.ts";
import { type Child, startChild } from "../support/child.ts";
import { aTask, demo, sent } from "../support/ledger.ts";

const jobs = 200;
let dataDir: string;
let engine: Engine;
let children: Child[];
let ahead = 0;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "engine-"));
  ahead = 0;
  children = [];
  engine = openSqliteEngine({
    dataDir,
    clock: { now: () => instant(Date.now() + ahead), random: () => 0.5 },
    dayOf: () => "2026-01-15",
  });
});
afterEach(async () => {
  for (const child of children) await child.kill();
  await engine.close();
  rmSync(dataDir, { recursive: true });
});

function child(role: string): Child {
  const started = startChild(role, dataDir);
  children.push(started);
  return started;
}

async function send(many: number): Promise<void> {
  const numbers = Array.from({ length: many }, (_, n) => n);
  await engine.transact(demo, {}, () => ({ changes: numbers.map((n) => sent(n)), answer: null }));
}

/** Each job's subject and token, as its one end left them in the log. */
async function ends(): Promise<readonly string[]> {
  const events = await engine.events(demo, 0, 10_000);
  return events.map(({ event }) => (event.event.type === "note" ? event.event.text : ""));
}

const subjectsOf = (notes: readonly string[]) => new Set(notes.map((note) => note.split(" ")[0]));
const tokensOf = (notes: readonly string[]) => new Set(notes.map((note) => note.split(" ")[1]));

it("delivers each of 200 jobs to one of two racing processes, and loses none", async () => {
  await send(jobs);
  const racing = [child("drain"), child("drain")];
  const said = await Promise.all(racing.map((each) => each.rest()));
  expect(said.flat()).toHaveLength(jobs);
  const notes = await ends();
  expect(notes).toHaveLength(jobs);
  expect(subjectsOf(notes).size).toBe(jobs);
  expect(tokensOf(notes).size).toBe(jobs);
});

it("ends each job once although processes are killed in between", async () => {
  await send(jobs);
  for (const lines of [3, 17, 31]) {
    const [victim, other] = [child("drain"), child("drain")];
    for (let line = 0; line < lines; line += 1) await victim.next();
    await victim.kill();
    await other.kill();
  }
  await child("drain").rest();
  const notes = await ends();
  expect(notes).toHaveLength(jobs);
  expect(subjectsOf(notes).size).toBe(jobs);
  expect(tokensOf(notes).size).toBe(jobs);
});

it("delivers the job of a killed process at once, with a greater token", async () => {
  await send(1);
  const holder = child("hold");
  expect(await holder.next()).toEqual({ token: 1 });
  expect((await engine.claim(demo, start)).kind).toBe("idle");
  await holder.kill();
  expect(await engine.claim(demo, start)).toMatchObject({ delivery: { token: 2 } });
});

it("hears and ignores a frozen process that wakes after its job was taken over", async () => {
  await send(1);
  const holder = child("hold");
  await holder.next();
  holder.process.kill("SIGSTOP");
  ahead = 60_000;
  const claim = await engine.claim(demo, start);
  holder.process.kill("SIGCONT");
  holder.process.stdin?.write("finish\n");
  expect(await holder.next()).toEqual({ finish: "fenced" });
  if (claim.kind !== "claimed") throw new Error("nothing could be claimed");
  expect((await engine.finish(claim.delivery, {}, nothing)).kind).toBe("finished");
});

it("counts as reserved what a killed process left between two files, until it recovers", async () => {
  await send(1);
  await child("die between").rest();
  const reserved: number[] = [];
  const look = () =>
    engine.claim(demo, (view, portfolio) => {
      reserved.push(portfolio.today.reservedUsd, view.spent.today.reservedUsd);
      ahead += 60_000;
      return { kind: "later", at: view.now, why: "turn: looking" };
    });
  await look();
  await engine.recover(demo);
  await look();
  expect(reserved).toEqual([0.5, 0, 0, 0]);
});

it("wakes for what another process writes", async () => {
  await send(1);
  await engine.changed(1, new AbortController().signal);
  const waiting = engine.changed(600_000, new AbortController().signal);
  await child("drain").rest();
  await waiting;
  expect(await ends()).toHaveLength(1);
});

it("shows a reader one consistent view while another process writes", async () => {
  await engine.transact(demo, {}, () => ({
    changes: [{ kind: "task", task: aTask(1) }],
    answer: null,
  }));
  await send(40);
  const writer = child("drain");
  for (let seen = 0; seen < 40; ) {
    const { cursor } = await engine.overview(demo);
    const jobsLeft = await engine.transact(demo, {}, (view) => ({
      changes: [],
      answer: view.jobs.length,
    }));
    expect(jobsLeft).toBeLessThanOrEqual(40 - cursor);
    seen = cursor;
    await writer.next();
  }
});
