/** What every engine promises about money, and about recovery. */
import { expect, it } from "vitest";
import { later, projectName } from "../../src/core/ids.ts";
import type { Needs } from "../../src/core/ledger.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { aCycle, aReservation, cycleNumber, demo, noon, sent } from "../support/ledger.ts";
import { asking, type Bench, nothing } from "./engine.ts";

/** Runs the promises about money and recovery. */
export function moneyPromises(the: () => Bench): void {
  bookPromises(the);
  recoveryPromises(the);
}

function bookPromises(the: () => Bench): void {
  it("sums up what is settled and what is reserved, by day and by the open cycle", async () => {
    await the().write(
      { kind: "cycle", cycle: aCycle(1, { state: { at: "running" } }) },
      { kind: "reservation", reservation: aReservation(1, { settledUsd: 0.125 }) },
      { kind: "reservation", reservation: aReservation(2) },
      { kind: "reservation", reservation: aReservation(3, { cycle: null, settledUsd: 0.25 }) },
      { kind: "reservation", reservation: aReservation(4, { day: "2026-01-14", amountUsd: 2 }) },
    );
    expect((await the().look()).spent).toEqual({
      today: { settledUsd: 0.375, reservedUsd: 0.5 },
      cycle: { settledUsd: 0.125, reservedUsd: 2.5 },
      everywhere: { settledUsd: 0.375, reservedUsd: 0.5 },
    });
  });

  it("shows a claim what all projects spend today and how many work", async () => {
    const { engine, write } = the();
    const other = projectName("other");
    await engine.transact(other, {}, () => ({ changes: [sent(1)], answer: null }));
    const reservation = aReservation(1, { amountUsd: 3 });
    await engine.claim(other, () => ({
      kind: "start",
      changes: [{ kind: "reservation", reservation }],
    }));
    await write(sent(1));
    const { admit, asked } = asking({ kind: "start", changes: [] });
    await engine.claim(demo, admit);
    expect(asked[0]?.portfolio).toEqual({
      today: { settledUsd: 0, reservedUsd: 3 },
      workersLive: 1,
    });
    expect(await engine.everywhere()).toEqual({ settledUsd: 0, reservedUsd: 3 });
  });

  it("tells that nothing was spent anywhere where there is no ledger", async () => {
    expect(await the().engine.everywhere()).toEqual({ settledUsd: 0, reservedUsd: 0 });
  });

  it("tells the portfolio what was settled when a delivery ends", async () => {
    const { engine, write, claim } = the();
    await write(sent(1), sent(2, { queue: "judge" }));
    const first = await engine.claim(demo, (_view, _portfolio, _job, own) => ({
      kind: "start",
      changes: [{ kind: "reservation", reservation: aReservation(own) }],
    }));
    if (first.kind !== "claimed") throw new Error("nothing could be claimed");
    const settled = aReservation(first.delivery.token, { settledUsd: 0.25 });
    await engine.finish(first.delivery, {}, () => ({
      changes: [{ kind: "reservation", reservation: settled }],
      answer: null,
    }));
    const { admit, asked } = asking({ kind: "start", changes: [] });
    await engine.claim(demo, admit);
    expect(asked[0]?.portfolio).toEqual({
      today: { settledUsd: 0.25, reservedUsd: 0 },
      workersLive: 0,
    });
    expect((await claim()).kind).toBe("idle");
  });

  it("leaves with a day that is over what a delivery came to on it, in both books", async () => {
    const { engine, write, look } = the();
    const before = aReservation(7, { day: "2026-01-14", amountUsd: 2 });
    await write(sent(1), { kind: "reservation", reservation: before });
    const { token: _, ...rest } = { ...before, amountUsd: 0.75, settledUsd: 0.75 };
    const moved = { ...before, day: "2026-01-15", amountUsd: 1.25 };
    await write(
      { kind: "past", past: { ...rest, pastOf: before.token } },
      { kind: "reservation", reservation: moved },
    );
    const [past, own] = await engine.reservations(demo, "2026-01-01");
    expect(own).toEqual(moved);
    expect(past).toMatchObject({ pastOf: before.token, day: "2026-01-14", settledUsd: 0.75 });
    const now = { settledUsd: 0, reservedUsd: 1.25 };
    expect((await look()).spent).toMatchObject({ today: now, everywhere: now });
    // a number that was given out is not given out again
    const claim = await the().claim();
    if (claim.kind !== "claimed") throw new Error("nothing could be claimed");
    expect(claim.delivery.token).toBeGreaterThan(past?.token ?? Number.POSITIVE_INFINITY);
  });

  it("holds a delivery against its own cycle, also once another one is open", async () => {
    const own = aReservation(1, { cycle: cycleNumber(2), amountUsd: 0.75 });
    await the().write(
      { kind: "cycle", cycle: aCycle(1, { state: { at: "running" } }) },
      { kind: "reservation", reservation: aReservation(2, { settledUsd: 0.125 }) },
      { kind: "reservation", reservation: own },
    );
    const spent = (needs: Needs) =>
      the().engine.transact(demo, needs, (view) => ({ changes: [], answer: view.spent.cycle }));
    expect(await spent({})).toEqual({ settledUsd: 0.125, reservedUsd: 0 });
    const asked = await spent({ reservation: own.token });
    expect(asked).toEqual({ settledUsd: 0, reservedUsd: 0.75 });
  });

  it("does not count workers that died, were withdrawn, or do other things", async () => {
    const { world, engine, write, claimed } = the();
    await write(sent(1), sent(2, { queue: "merge" }), sent(3, { runAt: later(noon, 1) }));
    await claimed(world.open("two"));
    await claimed();
    world.kill("two");
    the().pass(1);
    const { admit, asked } = asking({ kind: "later", at: later(noon, 9e6), why: "turn: no" });
    await engine.claim(demo, admit);
    expect(asked.map(({ portfolio }) => portfolio.workersLive)).toEqual([0, 0]);
  });
}

function recoveryPromises(the: () => Bench): void {
  it("leaves too much reserved, never too little, where it dies between two commits", async () => {
    const { world, write, look } = the();
    await write(sent(1));
    await dieBetween(the());
    world.kill("dying");
    expect((await look()).spent.today.reservedUsd).toBe(0);
    const { admit, asked } = asking({ kind: "later", at: later(noon, 1), why: "turn: no" });
    await world.open("three").claim(demo, admit);
    expect(asked[0]?.portfolio.today.reservedUsd).toBe(0.5);
  });

  it("settles on recovery what a crash left between two commits", async () => {
    const { engine, write } = the();
    await write(sent(1));
    await dieBetween(the());
    await engine.recover(demo);
    const { admit, asked } = asking({ kind: "start", changes: [] });
    await engine.claim(demo, admit);
    expect(asked[0]?.portfolio).toEqual({
      today: { settledUsd: 0, reservedUsd: 0 },
      workersLive: 0,
    });
  });

  it("puts its books in line by itself where a write failed and it lives on", async () => {
    const { world, engine, write } = the();
    await write(sent(1));
    const failing = await dieBetween(the());
    await failing.transact(demo, {}, nothing);
    const { admit, asked } = asking({ kind: "start", changes: [] });
    await engine.claim(demo, admit);
    expect(asked[0]?.portfolio.today.reservedUsd).toBe(0);
    world.kill("dying");
  });

  it("frees on recovery what a dead owner held, and keeps what is reserved for it", async () => {
    const { world, engine, write } = the();
    await write(sent(1));
    const dead = world.open("two");
    const claim = await dead.claim(demo, (_view, _portfolio, _job, own) => ({
      kind: "start",
      changes: [{ kind: "reservation", reservation: aReservation(own) }],
    }));
    if (claim.kind !== "claimed") throw new Error("nothing could be claimed");
    world.kill("two");
    await engine.recover(demo);
    const record = await engine.reservations(demo, "2026-01-01");
    expect(record).toEqual([aReservation(claim.delivery.token)]);
    expect(await dead.finish(claim.delivery, {}, nothing)).toEqual({ kind: "fenced" });
    const { admit, asked } = asking({ kind: "start", changes: [] });
    await engine.claim(demo, admit);
    expect(asked[0]?.portfolio).toEqual({
      today: { settledUsd: 0, reservedUsd: 0.5 },
      workersLive: 0,
    });
  });

  it("does not make a project by recovering it", async () => {
    await the().engine.recover(demo);
    expect(await the().claim()).toEqual({ kind: "idle", until: null });
  });
}

/** Another process claims with a reservation, and dies before the project's commit. */
async function dieBetween({ world }: Bench): Promise<Engine> {
  const dying = world.openDyingBetween("dying");
  const claiming = dying.claim(demo, () => ({
    kind: "start",
    changes: [{ kind: "reservation", reservation: aReservation(1) }],
  }));
  await expect(claiming).rejects.toThrow();
  return dying;
}
