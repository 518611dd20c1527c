/** What every engine promises about jobs, leases and tokens. */
import { expect, it } from "vitest";
import { later } from "../../src/core/ids.ts";
import { newProject } from "../../src/core/project.ts";
import { aReservation, aTask, demo, noon, sent, taskNumber, withdrawn } from "../support/ledger.ts";
import { asking, type Bench, leaseMs, nothing, start } from "./engine.ts";

const minuteMs = 60_000;

/** Runs the promises about jobs. */
export function jobPromises(the: () => Bench): void {
  deliveryPromises(the);
  fencePromises(the);
  orderPromises(the);
  admissionPromises(the);
  sendingPromises(the);
}

const subjects = (deliveries: readonly { readonly job: { readonly subject: unknown } }[]) =>
  deliveries.map(({ job }) => job.subject);
const tasks = (...numbers: readonly number[]) =>
  numbers.map((n) => ({ kind: "task", task: taskNumber(n) }));

function deliveryPromises(the: () => Bench): void {
  it("delivers a job with a lease", async () => {
    await the().write(sent(1));
    const { job, token } = await the().claimed();
    expect(job.state).toEqual({ at: "live", token, leaseUntil: later(noon, leaseMs) });
    expect((await the().look()).jobs).toEqual([job]);
  });

  it("delivers a job to one holder at a time", async () => {
    await the().write(sent(1));
    await the().claimed();
    const other = the().world.open("two");
    expect(await the().claim(other)).toEqual({ kind: "idle", until: later(noon, leaseMs) });
  });

  it("delivers a job again when its lease has ended", async () => {
    await the().write(sent(1));
    const first = await the().claimed();
    the().pass(leaseMs);
    const second = await the().claimed(the().world.open("two"));
    expect(second.job.id).toBe(first.job.id);
    expect(second.token).toBeGreaterThan(first.token);
  });

  it("keeps a lease that is renewed", async () => {
    await the().write(sent(1));
    const delivery = await the().claimed();
    the().pass(leaseMs - 1);
    expect(await the().engine.renew(delivery)).toBe(true);
    the().pass(leaseMs - 1);
    expect((await the().claim(the().world.open("two"))).kind).toBe("idle");
  });

  it("delivers the jobs of a dead owner at once", async () => {
    const { world } = the();
    const two = world.open("two");
    await the().write(sent(1));
    const first = await the().claimed(two);
    world.kill("two");
    const second = await the().claimed();
    expect(second.token).toBeGreaterThan(first.token);
  });

  it("shows the jobs of a dead owner as queued", async () => {
    const { world } = the();
    await the().write(sent(1));
    await the().claimed(world.open("two"));
    world.kill("two");
    const [job] = (await the().look()).jobs;
    expect(job?.state).toEqual({ at: "queued", waitsFor: null });
  });

  it("gives every delivery of a project a greater token than all before", async () => {
    await the().write(sent(1), sent(2), sent(3));
    const tokens = (await the().drain()).map(({ token }) => token);
    await the().write(sent(4));
    tokens.push((await the().claimed()).token);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    expect(new Set(tokens).size).toBe(4);
  });

  it("answers that nothing is there for a project that has no ledger", async () => {
    expect(await the().claim()).toEqual({ kind: "idle", until: null });
  });
}

function fencePromises(the: () => Bench): void {
  it("ends a job with what its holder decides, and sends the next in the same transaction", async () => {
    const { engine, write, claimed, look } = the();
    await write({ kind: "task", task: aTask(1) }, sent(1));
    const done = await engine.finish(await claimed(), {}, (view) => ({
      changes: [sent(1), sent(1, { queue: "judge" })],
      answer: view.jobs.length,
    }));
    expect(done).toEqual({ kind: "finished", answer: 0 });
    expect((await look()).jobs.map(({ queue }) => queue)).toEqual(["work", "judge"]);
  });

  it("fences a holder whose job was taken over: nothing that it decides is written", async () => {
    const { engine, write, claimed, pass, look, world } = the();
    await write(sent(1));
    const first = await claimed();
    pass(leaseMs);
    await claimed(world.open("two"));
    let decided = false;
    const late = await engine.finish(first, {}, () => {
      decided = true;
      return { changes: [{ kind: "task", task: aTask(1) }], answer: null };
    });
    expect(late).toEqual({ kind: "fenced" });
    expect(decided).toBe(false);
    expect(await engine.renew(first)).toBe(false);
    expect((await look()).tasks).toEqual([]);
  });

  it("hears a holder whose lease ran out and whom nobody replaced", async () => {
    const { engine, write, claimed, pass } = the();
    await write(sent(1));
    const delivery = await claimed();
    pass(10 * leaseMs);
    expect((await engine.finish(delivery, {}, nothing)).kind).toBe("finished");
  });

  it("fences everybody but the process that holds the lease", async () => {
    const { engine, world, write, claimed } = the();
    await write(sent(1));
    const delivery = await claimed();
    const other = world.open("two");
    expect(await other.renew(delivery)).toBe(false);
    expect(await other.finish(delivery, {}, nothing)).toEqual({ kind: "fenced" });
    expect(await engine.renew(delivery)).toBe(true);
  });

  it("fences a holder that has finished already", async () => {
    const { engine, write, claimed } = the();
    await write(sent(1));
    const delivery = await claimed();
    await engine.finish(delivery, {}, nothing);
    expect(await engine.finish(delivery, {}, nothing)).toEqual({ kind: "fenced" });
    expect(await engine.renew(delivery)).toBe(false);
  });

  it("fences a holder whose job was withdrawn", async () => {
    const { engine, write, claimed } = the();
    await write(sent(1));
    const delivery = await claimed();
    await write(withdrawn(1));
    expect(await engine.renew(delivery)).toBe(false);
    expect(await engine.finish(delivery, {}, nothing)).toEqual({ kind: "fenced" });
  });

  it("fences a holder whose job was withdrawn and sent again", async () => {
    const { engine, write, claimed } = the();
    await write(sent(1));
    const delivery = await claimed();
    await write(withdrawn(1), sent(1));
    expect(await engine.finish(delivery, {}, nothing)).toEqual({ kind: "fenced" });
    expect((await claimed()).token).toBeGreaterThan(delivery.token);
  });

  it("keeps a job whose holder's decision throws", async () => {
    const { engine, write, claimed } = the();
    await write(sent(1));
    const delivery = await claimed();
    const failing = engine.finish(delivery, {}, () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await engine.finish(delivery, {}, nothing)).kind).toBe("finished");
  });
}

function orderPromises(the: () => Bench): void {
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
