/** What every engine promises about the limit that all projects share. */
import { expect, it } from "vitest";
import { later, projectName, token } from "../../src/core/ids.ts";
import type { Limit } from "../../src/core/limit.ts";
import { noLimit } from "../../src/core/limit.ts";
import { demo, noon, sent } from "../support/ledger.ts";
import { asking, type Bench, nothing } from "./engine.ts";

const other = projectName("other");
const shut = { cause: "usage", why: "5-hour limit", since: noon, waits: 1 } as const;
const waiting: Limit = {
  mode: { at: "waiting", ...shut, until: later(noon, 60_000), metBy: "demo work x" },
  openUntil: null,
};
const probing = (by: number): Limit => {
  const probe = { project: demo, token: token(by) };
  return {
    mode: { at: "probing", ...shut, until: later(noon, 600_000), probe },
    openUntil: later(noon, 5),
  };
};
const change = (limit: Limit) => ({ kind: "limit", limit }) as const;

/** Runs the promises about the limit. */
export function limitPromises(the: () => Bench): void {
  it("has no limit before one was met, and creates nothing to say so", async () => {
    expect(await the().engine.limit()).toEqual(noLimit);
    expect((await the().look()).limit).toEqual(noLimit);
  });

  it("shows a limit that one project met to every decision of every project", async () => {
    const { engine, world, write } = the();
    await write(change(waiting));
    const seen = await engine.transact(other, {}, (view) => ({ changes: [], answer: view.limit }));
    expect(seen).toEqual(waiting);
    await engine.transact(other, {}, () => ({ changes: [sent(1)], answer: null }));
    const { admit, asked } = asking({ kind: "later", at: noon, why: "limit: wait" });
    await world.open("two").claim(other, admit);
    expect(asked[0]?.view.limit).toEqual(waiting);
    expect(await world.open("three").limit()).toEqual(waiting);
    await write(change(noLimit));
    expect(await engine.limit()).toEqual(noLimit);
  });

  it("shows what a claim made of it to the next claim", async () => {
    const { engine, write } = the();
    await write(change(waiting), sent(1), sent(2));
    const first = await engine.claim(demo, (_view, _portfolio, _job, own) => ({
      kind: "start",
      changes: [change(probing(own))],
    }));
    expect(first.kind).toBe("claimed");
    const { admit, asked } = asking({ kind: "later", at: noon, why: "limit: wait" });
    await engine.claim(demo, admit);
    expect(asked[0]?.view.limit.mode).toMatchObject({ at: "probing", probe: { project: demo } });
  });

  it("writes nothing of a limit where the decision cannot be written", async () => {
    const { engine, write } = the();
    const failing = engine.transact(demo, {}, () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await write(sent(1));
    await the().claimed();
    await expect(write(change(waiting), sent(1))).rejects.toThrow("is being done");
    expect(await engine.limit()).toEqual(noLimit);
  });

  it("keeps a wait where it dies between two commits: too careful, never too bold", async () => {
    const { world, engine, write } = the();
    await write(sent(1));
    const dying = world.openDyingBetween("dying");
    const writing = dying.transact(demo, {}, () => ({ changes: [change(waiting)], answer: null }));
    await expect(writing).rejects.toThrow();
    expect(await engine.limit()).toEqual(waiting);
    world.kill("dying");
  });

  it("frees on recovery the place of a probe whose holder died", async () => {
    const { world, engine, write } = the();
    await write(change(waiting), sent(1));
    const dead = world.open("two");
    await dead.claim(demo, (_view, _portfolio, _job, own) => ({
      kind: "start",
      changes: [change(probing(own))],
    }));
    await engine.recover(demo);
    expect((await engine.limit()).mode).toMatchObject({ at: "probing" });
    world.kill("two");
    await engine.recover(other);
    expect((await engine.limit()).mode).toMatchObject({ at: "probing" });
    await engine.recover(demo);
    const mode = { at: "waiting", until: the().now(), metBy: null };
    expect((await engine.limit()).mode).toMatchObject(mode);
  });

  it("ends a wait in the transaction that ends a delivery", async () => {
    const { engine, write, claimed } = the();
    await write(change(waiting), sent(1));
    const delivery = await claimed();
    await engine.finish(delivery, {}, () => ({ changes: [change(noLimit)], answer: null }));
    expect((await engine.limit()).mode).toEqual({ at: "clear" });
    expect(await engine.finish(delivery, {}, nothing)).toEqual({ kind: "fenced" });
  });
}
