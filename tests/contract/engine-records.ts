/** What every engine promises about records and reads. */
import { expect, it } from "vitest";
import { later, token } from "../../src/core/ids.ts";
import type { LogEvent } from "../../src/core/ledger.ts";
import { newProject } from "../../src/core/project.ts";
import { defaultRetryRules as rules } from "../../src/core/retry.ts";
import {
  aCycle,
  aLanding,
  anAttempt,
  aReservation,
  aTask,
  aVerdict,
  cycleNumber,
  demo,
  noon,
  sent,
  taskNumber,
} from "../support/ledger.ts";
import { type Bench, nothing } from "./engine.ts";

/** Runs the promises about records. */
export function recordPromises(the: () => Bench): void {
  viewPromises(the);
  versionPromises(the);
  readPromises(the);
}

const over = (n: number, at: "done" | "skipped") =>
  aTask(n, {
    state:
      at === "done" ? { at, attempt: 1, landed: null } : { at, attempt: 1, reason: "not wanted" },
  });

function viewPromises(the: () => Bench): void {
  it("shows open tasks and cycles, and those that are asked for, once", async () => {
    const ended = aCycle(2, { state: { at: "failed", why: "no" }, endedAt: noon });
    await the().write(
      { kind: "task", task: aTask(1) },
      { kind: "task", task: over(2, "done") },
      { kind: "task", task: over(3, "skipped") },
      { kind: "cycle", cycle: aCycle(1) },
      { kind: "cycle", cycle: ended },
    );
    const needs = { tasks: [1, 3, 9].map(taskNumber), cycles: [1, 2].map(cycleNumber) };
    const decide = (view: unknown) => ({ changes: [], answer: view });
    const view = await the().engine.transact(demo, needs, decide);
    expect(view).toMatchObject({
      tasks: [{ id: taskNumber(1) }, { id: taskNumber(3) }],
      cycles: [{ id: cycleNumber(1) }, { id: cycleNumber(2) }],
    });
  });

  it("shows attempts and verdicts of the tasks that are asked for, oldest first", async () => {
    const [one, two] = [anAttempt(1), anAttempt(1, { attempt: 2 })];
    await the().write(
      { kind: "task", task: aTask(1) },
      { kind: "attempt", attempt: one },
      { kind: "attempt", attempt: two },
      { kind: "attempt", attempt: anAttempt(2) },
      { kind: "verdict", verdict: aVerdict(1) },
      { kind: "verdict", verdict: aVerdict(1, { number: 2, decision: "fail" }) },
    );
    const view = await the().engine.transact(demo, { tasks: [taskNumber(1)] }, (seen) => ({
      changes: [],
      answer: seen,
    }));
    expect(view.attempts).toEqual([one, two]);
    expect(view.verdicts.map(({ number }) => number)).toEqual([1, 2]);
  });

  it("tells what became of the tasks with a fingerprint: open before all, else the newest", async () => {
    const print = (fingerprint: string) => ({ fingerprint });
    await the().write(
      { kind: "task", task: { ...over(1, "done"), ...print("a") } },
      { kind: "task", task: { ...over(2, "skipped"), ...print("a") } },
      { kind: "task", task: { ...aTask(3), ...print("b") } },
      { kind: "task", task: { ...over(4, "done"), ...print("b") } },
    );
    const known = await the().engine.transact(demo, { fingerprints: ["a", "b", "c"] }, (view) => ({
      changes: [],
      answer: view.known,
    }));
    expect([...known]).toEqual([
      ["a", { became: "skipped", task: taskNumber(2) }],
      ["b", { became: "open", task: taskNumber(3) }],
    ]);
  });
}

function versionPromises(the: () => Bench): void {
  it("takes a record whose version follows the stored one, several times in one decision", async () => {
    await the().write(
      { kind: "task", task: aTask(1) },
      { kind: "task", task: aTask(1, { version: 1 }) },
      { kind: "cycle", cycle: aCycle(1) },
      { kind: "cycle", cycle: aCycle(1, { version: 1, state: { at: "running" } }) },
      { kind: "project", project: { ...newProject, version: 1 } },
      { kind: "project", project: { ...newProject, version: 2, failuresInARow: 1 } },
    );
    const { tasks, cycles, project } = await the().look();
    expect([tasks[0]?.version, cycles[0]?.version, project.version]).toEqual([1, 1, 2]);
  });

  it("refuses a task, a cycle and a project whose version does not follow", async () => {
    await the().write(
      { kind: "task", task: aTask(1) },
      { kind: "cycle", cycle: aCycle(1) },
      { kind: "project", project: { ...newProject, version: 1 } },
    );
    const late = [
      { kind: "task", task: aTask(1, { version: 2 }) },
      { kind: "cycle", cycle: aCycle(1) },
      { kind: "project", project: { ...newProject, version: 3 } },
    ] as const;
    for (const change of late)
      await expect(the().write(change)).rejects.toThrow("cannot follow the stored version");
  });
}

function readPromises(the: () => Bench): void {
  it("answers an empty overview of a project that has no ledger", async () => {
    const overview = await the().engine.overview(demo);
    expect(overview).toMatchObject({ project: newProject, openCycle: null, cursor: 0 });
    expect(await the().engine.tasks(demo, { limit: 5 })).toEqual([]);
    expect(await the().engine.task(demo, taskNumber(1))).toBeNull();
    expect(await the().engine.events(demo, 0, 10)).toEqual([]);
  });

  it("sums a project up", async () => {
    const { engine, write } = the();
    const ended = aCycle(1, { state: { at: "failed", why: "no" }, endedAt: noon, startedAt: noon });
    const due = later(noon, 60_000);
    const subject = { kind: "cycle", cycle: cycleNumber(3) } as const;
    await write(
      { kind: "task", task: aTask(1) },
      { kind: "task", task: aTask(2) },
      { kind: "task", task: over(3, "done") },
      { kind: "cycle", cycle: ended },
      { kind: "cycle", cycle: aCycle(3) },
      { kind: "cycle", cycle: aCycle(2, { state: { at: "running" } }) },
      { kind: "send", job: { queue: "cycle", subject, key: null, priority: 0, runAt: due } },
      { kind: "reservation", reservation: aReservation(1, { settledUsd: 0.25 }) },
      { kind: "reservation", reservation: aReservation(2, { day: "2026-01-01", settledUsd: 1 }) },
      { kind: "event", event: note("hello") },
    );
    expect(await engine.overview(demo)).toEqual({
      project: newProject,
      counts: { pending: 2, in_progress: 0, waiting: 0, done: 1, failed: 0, skipped: 0 },
      openCycle: aCycle(2, { state: { at: "running" } }),
      lastCycle: ended,
      day: "2026-01-15",
      today: { settledUsd: 0.25, reservedUsd: 0 },
      totalUsd: 1.25,
      nextCycleAt: due,
      waitsFor: null,
      cursor: 1,
    });
  });

  it("lists tasks newest first, by status, as many as asked for", async () => {
    const { engine, write } = the();
    for (const n of [1, 2, 3]) await write({ kind: "task", task: aTask(n) });
    await write({ kind: "task", task: over(4, "done") });
    await write({ kind: "task", task: aTask(1, { version: 1 }) });
    const listed = await engine.tasks(demo, { status: "pending", limit: 2 });
    expect(listed.map(({ id }) => id)).toEqual([taskNumber(3), taskNumber(2)]);
    expect(await engine.tasks(demo, { limit: 9 })).toHaveLength(4);
  });

  it("tells all that is known of a task", async () => {
    const { engine, write, claimed } = the();
    const landing = aLanding([1, 2]);
    const whole = aReservation(8);
    const lostOne = { ...whole, settledUsd: whole.amountUsd, lost: true } as const;
    const rejected = { type: "task.rejected", why: "too big", chance: 0, now: noon } as const;
    await write(
      { kind: "task", task: aTask(1) },
      { kind: "attempt", attempt: anAttempt(1) },
      { kind: "verdict", verdict: aVerdict(1) },
      { kind: "landing", landing },
      { kind: "landing", landing: { ...landing, state: "landed" } },
      { kind: "reservation", reservation: aReservation(7, { settledUsd: 0.5 }) },
      { kind: "reservation", reservation: lostOne },
      { kind: "event", event: { of: "task", task: taskNumber(1), event: rejected, rules } },
      { kind: "event", event: { of: "task", task: taskNumber(2), event: rejected, rules } },
      sent(1),
    );
    const { job } = await claimed();
    expect(await engine.task(demo, taskNumber(1))).toEqual({
      task: aTask(1),
      attempts: [anAttempt(1)],
      verdicts: [aVerdict(1)],
      landings: [{ ...landing, state: "landed" }],
      job,
      decisions: [{ at: expect.any(Number), event: rejected }],
      costUsd: 0.5 + lostOne.amountUsd,
      lostUsd: lostOne.amountUsd,
    });
  });

  it("lists cycles newest first, and finds one", async () => {
    const { engine, write } = the();
    await write({ kind: "cycle", cycle: aCycle(1) }, { kind: "cycle", cycle: aCycle(2) });
    expect(await engine.cycles(demo, 1)).toEqual([aCycle(2)]);
    expect(await engine.cycle(demo, cycleNumber(1))).toEqual(aCycle(1));
    expect(await engine.cycle(demo, cycleNumber(9))).toBeNull();
  });

  it("tells events after a cursor, oldest first", async () => {
    const { engine, write, pass } = the();
    const started: LogEvent = {
      of: "task",
      task: taskNumber(1),
      event: { type: "work.started", token: token(1) },
      rules,
    };
    await write({ kind: "event", event: note("one") }, { kind: "event", event: started });
    pass(1_000);
    await write({ kind: "event", event: note("three") });
    expect(await engine.events(demo, 1, 1)).toEqual([{ seq: 2, at: noon, event: started }]);
    expect(await engine.events(demo, 2, 9)).toEqual([
      { seq: 3, at: later(noon, 1_000), event: note("three") },
    ]);
  });

  it("lists reservations since a day", async () => {
    const { engine, write } = the();
    const old = aReservation(1, { day: "2026-01-14" });
    await write(
      { kind: "reservation", reservation: old },
      { kind: "reservation", reservation: aReservation(2) },
    );
    expect(await engine.reservations(demo, "2026-01-15")).toEqual([aReservation(2)]);
  });

  it("keeps a task's job beside what was finished", async () => {
    const { engine, write, claimed } = the();
    await write({ kind: "task", task: aTask(1) }, sent(1));
    await engine.finish(await claimed(), {}, nothing);
    expect((await engine.task(demo, taskNumber(1)))?.job).toBeNull();
  });
}

function note(text: string): LogEvent {
  return { of: "note", task: null, cycle: null, event: { type: "note", level: "info", text } };
}
