/** What every engine promises about jobs, leases and tokens. */
import { expect, it } from "vitest";
import { later } from "../../src/core/ids.ts";
import { aTask, noon, sent, withdrawn } from "../support/ledger.ts";
import { type Bench, leaseMs, nothing } from "./engine.ts";

/** Runs the promises about jobs. */
export function jobPromises(the: () => Bench): void {
  deliveryPromises(the);
  fencePromises(the);
}

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
    expect(await engine.holds(first)).toBe(false);
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
    expect(await other.holds(delivery)).toBe(false);
    expect(await engine.holds(delivery)).toBe(true);
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
