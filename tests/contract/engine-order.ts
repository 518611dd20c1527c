/** What every engine promises about the order and the admission of jobs. */
import { expect, it } from "vitest";
import { later } from "../../src/core/ids.ts";
import { newProject } from "../../src/core/project.ts";
import { aReservation, aTask, demo, noon, sent, taskNumber, withdrawn } from "../support/ledger.ts";
import { asking, type Bench, leaseMs, nothing, start } from "./engine.ts";

const minuteMs = 60_000;

/** Runs the promises about order and admission. */
export function orderPromises(the: () => Bench): void {
  queuePromises(the);
  admissionPromises(the);
  sendingPromises(the);
}

const subjects = (deliveries: readonly { readonly job: { readonly subject: unknown } }[]) =>
  deliveries.map(({ job }) => job.subject);
const tasks = (...numbers: readonly number[]) =>
  numbers.map((n) => ({ kind: "task", task: taskNumber(n) }));

function queuePromises(the: () => Bench): void {
  it("delivers higher priority first, then what was sent first", async () => {
    await the().write(sent(1), sent(2, { priority: 5 }), sent(3), sent(4, { priority: 5 }));
    expect(subjects(await the().drain())).toEqual(tasks(2, 4, 1, 3));
  });

  it("delivers what was sent first also among jobs with and without a key", async () => {
    await the().write(sent(1, { key: "main" }), sent(2), sent(3, { key: "other" }));
    expect(subjects(await the().drain())).toEqual(tasks(1, 2, 3));
  });

  it("counts each minute of waiting as one step of priority", async () => {
    await the().write(sent(1));
    the().pass(2 * minuteMs);
    await the().write(sent(2, { priority: 1 }), sent(3, { priority: 3 }));
    expect(subjects(await the().drain())).toEqual(tasks(3, 1, 2));
  });

  it("does not deliver before a job's time, and says when that is", async () => {
    await the().write(sent(1, { runAt: later(noon, 5_000) }));
    expect(await the().claim()).toEqual({ kind: "idle", until: later(noon, 5_000) });
    the().pass(5_000);
    expect((await the().claim()).kind).toBe("claimed");
  });

  it("delivers jobs of one key one after the other, in the order they were sent", async () => {
    const { engine, write, claim, claimed } = the();
    const key = "main";
    await write(sent(1, { key }), sent(2, { key, priority: 9 }), sent(3));
    const first = await claimed();
    expect(subjects([first])).toEqual(tasks(1));
    expect(subjects([await claimed()])).toEqual(tasks(3));
    expect((await claim()).kind).toBe("idle");
    await engine.finish(first, {}, nothing);
    expect(subjects([await claimed()])).toEqual(tasks(2));
  });

  it("keeps the order of sending when the clock goes back", async () => {
    const key = "main";
    await the().write(sent(1, { key }));
    the().pass(-minuteMs);
    await the().write(sent(2, { key, runAt: later(noon, -minuteMs) }));
    the().pass(minuteMs);
    expect(subjects(await the().drain())).toEqual(tasks(1, 2));
  });

  it("G12: waits no longer than it was to wait when the clock goes back", async () => {
    await the().write(sent(1, { runAt: later(noon, minuteMs) }));
    the().pass(-86_400_000);
    expect(await the().claim()).toEqual({ kind: "idle", until: later(the().now(), minuteMs) });
    the().pass(minuteMs);
    expect((await the().claim()).kind).toBe("claimed");
  });

  it("G12: believes no lease for longer than one lasts when the clock goes back", async () => {
    await the().write(sent(1));
    const first = await the().claimed();
    the().pass(-86_400_000);
    expect((await the().claim(the().world.open("two"))).kind).toBe("idle");
    the().pass(leaseMs);
    const second = await the().claimed(the().world.open("two"));
    expect(second.token).toBeGreaterThan(first.token);
  });

  it("gives a job of a key that was lost to the next holder before those that wait", async () => {
    const key = "main";
    await the().write(sent(1, { key }), sent(2, { key, priority: 9 }));
    await the().claimed();
    the().pass(leaseMs);
    expect(subjects([await the().claimed()])).toEqual(tasks(1));
  });

  it("never delivers a second job of a key beside one that somebody holds too long", async () => {
    const { write, claimed, pass, engine } = the();
    const key = "main";
    await write(sent(1, { key }), sent(2, { key }));
    await claimed();
    pass(leaseMs);
    const { admit, asked } = asking({ kind: "later", at: later(noon, 9e6), why: "pause: paused" });
    await engine.claim(demo, admit);
    expect(asked).toHaveLength(1);
    expect((await engine.claim(demo, start)).kind).toBe("idle");
  });

  it("lets those that are due pass one of their key whose time has not come", async () => {
    const key = "main";
    await the().write(sent(1, { key, runAt: later(noon, minuteMs) }), sent(2, { key }));
    expect(subjects([await the().claimed()])).toEqual(tasks(2));
  });
}

function admissionPromises(the: () => Bench): void {
  it("writes what the admission decides together with the lease", async () => {
    await the().write(sent(1));
    const { admit } = asking({ kind: "start", changes: [{ kind: "task", task: aTask(1) }] });
    await the().engine.claim(demo, admit);
    expect((await the().look()).tasks).toHaveLength(1);
  });

  it("tells the admission the token of the delivery that it may start", async () => {
    await the().write(sent(1));
    const told: number[] = [];
    const claim = await the().engine.claim(demo, (_view, _portfolio, _job, token) => {
      told.push(token);
      return { kind: "start", changes: [] };
    });
    expect(claim).toMatchObject({ delivery: { token: told[0] } });
  });

  it("goes on to the next job where one has to wait, and says why it waits", async () => {
    const { engine, write, look } = the();
    await write(sent(1, { priority: 1 }), sent(2));
    const at = later(noon, 7_000);
    const claim = await engine.claim(demo, (_view, _portfolio, { priority }) =>
      priority === 1
        ? { kind: "later", at, why: "slot: no place" }
        : { kind: "start", changes: [] },
    );
    expect(claim).toMatchObject({ delivery: { job: { subject: { task: taskNumber(2) } } } });
    const waiting = (await look()).jobs.find(({ priority }) => priority === 1);
    expect(waiting).toMatchObject({
      runAt: at,
      state: { at: "queued", waitsFor: "slot: no place" },
    });
  });

  it("asks again at the moment that the admission named, not before", async () => {
    await the().write(sent(1));
    const at = later(noon, 7_000);
    const { admit, asked } = asking({ kind: "later", at, why: "slot: no place" });
    expect(await the().engine.claim(demo, admit)).toEqual({ kind: "idle", until: at });
    await the().engine.claim(demo, admit);
    expect(asked).toHaveLength(1);
    the().pass(7_000);
    expect((await the().claim()).kind).toBe("claimed");
  });

  it("asks those that wait again when a delivery of their project ends", async () => {
    const { engine, write, claimed } = the();
    await write(sent(1, { priority: 1 }), sent(2));
    const delivery = await claimed();
    await engine.claim(demo, () => ({
      kind: "later",
      at: later(noon, 9e6),
      why: "slot: no place",
    }));
    await engine.finish(delivery, {}, nothing);
    expect(subjects([await claimed()])).toEqual(tasks(2));
  });

  it("asks those that wait again when their project changes", async () => {
    await the().write(sent(1));
    const { admit } = asking({ kind: "later", at: later(noon, 9e6), why: "pause: paused" });
    await the().engine.claim(demo, admit);
    await the().write({ kind: "project", project: { ...newProject, version: 1 } });
    expect((await the().claim()).kind).toBe("claimed");
  });

  it("does not ask without end about a job that is to be asked again now", async () => {
    await the().write(sent(1));
    const { admit, asked } = asking({ kind: "later", at: noon, why: "slot: no place" });
    const claim = await the().engine.claim(demo, admit);
    expect(claim).toEqual({ kind: "idle", until: later(noon, 1_000) });
    expect(asked).toHaveLength(1);
  });

  it("drops a job that is not wanted any more, with what that changes", async () => {
    await the().write(sent(1));
    const changes = [{ kind: "task", task: aTask(1) }, sent(1, { queue: "judge" })] as const;
    const seen: unknown[] = [];
    const claim = await the().engine.claim(demo, (view, _portfolio, { queue }) => {
      seen.push(view.tasks.length);
      return queue === "work" ? { kind: "drop", changes } : { kind: "start", changes: [] };
    });
    const view = await the().look();
    expect(claim.kind).toBe("idle");
    expect(view.jobs.map(({ queue }) => queue)).toEqual(["judge"]);
    expect(view.tasks).toHaveLength(1);
  });

  it("offers a lost job as one that holds no place of its own", async () => {
    await the().write(sent(1));
    await the().claimed();
    the().pass(leaseMs);
    const { admit, asked } = asking({ kind: "start", changes: [] });
    await the().engine.claim(demo, admit);
    expect(asked[0]?.view.jobs.map(({ state }) => state.at)).toEqual(["queued"]);
    expect(asked[0]?.portfolio.workersLive).toBe(0);
  });

  it("shows the admission the job's task with its attempts, even when it is over", async () => {
    const task = aTask(1, { state: { at: "skipped", attempt: 1, reason: "no" } });
    await the().write({ kind: "task", task }, sent(1));
    const { admit, asked } = asking({ kind: "drop", changes: [] });
    await the().engine.claim(demo, admit);
    expect(asked[0]?.view.tasks).toEqual([task]);
  });

  it("writes nothing of a claim whose admission throws", async () => {
    await the().write(sent(1));
    const failing = the().engine.claim(demo, () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await the().claimed()).token).toBe(1);
  });
}

function sendingPromises(the: () => Bench): void {
  it("moves a job that is queued already: there is one for each queue and subject", async () => {
    await the().write(sent(1, { priority: 1 }));
    await the().write(sent(1, { priority: 7, runAt: later(noon, 1_000) }));
    const { jobs } = await the().look();
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ priority: 7, runAt: later(noon, 1_000), sentAt: noon });
  });

  it("refuses to send what is being done", async () => {
    await the().write(sent(1));
    await the().claimed();
    await expect(the().write(sent(1))).rejects.toThrow("is being done");
  });

  it("sends what a dead owner was doing", async () => {
    await the().write(sent(1));
    await the().claimed(the().world.open("two"));
    the().world.kill("two");
    await the().write(sent(1, { priority: 3 }));
    expect((await the().claimed()).job.priority).toBe(3);
  });

  it("does not mind taking back what is not there", async () => {
    await the().write(withdrawn(1));
    expect((await the().look()).jobs).toEqual([]);
  });

  it("sends nothing where the decision's other changes fail", async () => {
    await the().write({ kind: "reservation", reservation: aReservation(1) });
    await the().write({ kind: "task", task: aTask(1) });
    const bad = the().write(sent(1), { kind: "task", task: aTask(1, { version: 7 }) });
    await expect(bad).rejects.toThrow();
    expect((await the().look()).jobs).toEqual([]);
  });
}
