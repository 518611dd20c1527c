/** What every engine promises; run on each implementation. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Instant, later, token } from "../../src/core/ids.ts";
import type { Admission, Admit, Change, PortfolioView, View } from "../../src/core/ledger.ts";
import type { Claim, Delivery, Engine } from "../../src/ports/engine.ts";
import { aTask, demo, noon, sent } from "../support/ledger.ts";
import { jobPromises } from "./engine-jobs.ts";
import { limitPromises } from "./engine-limit.ts";
import { moneyPromises } from "./engine-money.ts";
import { orderPromises } from "./engine-order.ts";
import { recordPromises } from "./engine-records.ts";

export interface WorldOptions {
  readonly leaseMs: number;
  readonly now: () => Instant;
  readonly chance: () => number;
}

/** One ledger that several processes share. */
export interface World {
  /** Opens an engine as the process `owner` would. */
  open(owner: string): Engine;
  /** Lets a process die: its engine says nothing any more, and others can see that it is gone. */
  kill(owner: string): void;
  /** Opens an engine that dies between the portfolio's commit and the project's. */
  openDyingBetween(owner: string): Engine;
  end(): Promise<void>;
}

/** A world with a clock that the test moves, and words for what it does. */
export interface Bench {
  readonly world: World;
  readonly engine: Engine;
  pass(ms: number): void;
  now(): Instant;
  write(...changes: readonly Change[]): Promise<void>;
  look(): Promise<View>;
  claim(engine?: Engine): Promise<Claim>;
  claimed(engine?: Engine): Promise<Delivery>;
  /** The jobs that can be claimed now, in their order. */
  drain(engine?: Engine): Promise<readonly Delivery[]>;
}

export const leaseMs = 30_000;
export const start: Admit = () => ({ kind: "start", changes: [] });
export const nothing = () => ({ changes: [], answer: null });

/** What was offered to an admission, and what it saw. */
export interface Asked {
  readonly view: View;
  readonly portfolio: PortfolioView;
  readonly job: string;
}

/** Answers each offer with `answer`, and keeps what was asked. */
export function asking(answer: Admission): { readonly admit: Admit; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const admit: Admit = (view, portfolio, job) => {
    asked.push({ view, portfolio, job: job.id });
    return answer;
  };
  return { admit, asked };
}

/** Runs the suite; `openWorld` makes an empty ledger. */
export function enginePromises(openWorld: (options: WorldOptions) => World): void {
  let clock = noon;
  let bench: Bench;
  const the = () => bench;
  beforeEach(() => {
    clock = noon;
    const world = openWorld({ leaseMs, now: () => clock, chance: () => 0.25 });
    bench = openBench(world, {
      now: () => clock,
      pass: (ms) => {
        clock = later(clock, ms);
      },
    });
  });
  afterEach(() => bench.world.end());
  transactionPromises(the);
  jobPromises(the);
  orderPromises(the);
  recordPromises(the);
  moneyPromises(the);
  limitPromises(the);
}

function openBench(world: World, time: Pick<Bench, "now" | "pass">): Bench {
  const engine = world.open("one");
  const claim = (by: Engine = engine) => by.claim(demo, start);
  const claimed = async (by: Engine = engine) => {
    const found = await claim(by);
    if (found.kind !== "claimed") throw new Error("nothing could be claimed");
    return found.delivery;
  };
  return {
    world,
    engine,
    ...time,
    claim,
    claimed,
    async write(...changes) {
      await engine.transact(demo, {}, () => ({ changes, answer: null }));
    },
    look: () => engine.transact(demo, {}, (view) => ({ changes: [], answer: view })),
    async drain(by = engine) {
      const deliveries: Delivery[] = [];
      for (;;) {
        const found = await claim(by);
        if (found.kind === "idle") return deliveries;
        deliveries.push(found.delivery);
        await by.finish(found.delivery, {}, nothing);
      }
    },
  };
}

function transactionPromises(the: () => Bench): void {
  it("writes all that a decision returns", async () => {
    await the().write({ kind: "task", task: aTask(1) }, sent(1));
    const view = await the().look();
    expect(view.tasks.map(({ id }) => id)).toEqual([aTask(1).id]);
    expect(view.jobs).toHaveLength(1);
  });

  it("writes nothing of a decision that throws", async () => {
    const { engine } = the();
    const failing = engine.transact(demo, {}, () => {
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await the().look()).tasks).toEqual([]);
  });

  it("writes nothing where one of the changes cannot be right", async () => {
    await the().write({ kind: "task", task: aTask(1, { version: 4 }) });
    const stale = aTask(1, { version: 4 });
    const writing = the().write({ kind: "task", task: aTask(2) }, sent(2), {
      kind: "task",
      task: stale,
    });
    await expect(writing).rejects.toThrow("version 4 cannot follow the stored version 4");
    const view = await the().look();
    expect(view.tasks).toHaveLength(1);
    expect(view.jobs).toEqual([]);
  });

  it("gives the decision the engine's clock, day and chance", async () => {
    const { now, day, chance, name } = await the().look();
    expect({ now, day, chance, name }).toEqual({
      now: noon,
      day: "2026-01-15",
      chance: 0.25,
      name: demo,
    });
  });

  it("shows what one process wrote to every other", async () => {
    await the().write({ kind: "task", task: aTask(1) });
    const other = the().world.open("two");
    expect(await other.tasks(demo, { limit: 10 })).toEqual([aTask(1)]);
  });

  it("has another version after each write of anybody's, and the same while nobody writes", async () => {
    const other = the().world.open("two");
    const versions: string[] = [await the().engine.version(demo)];
    const mark = async () => void versions.push(await the().engine.version(demo));
    await the().write({ kind: "task", task: aTask(1) });
    await mark();
    await other.transact(demo, {}, () => ({ changes: [sent(1)], answer: null }));
    await mark();
    const delivery = await the().claimed(other);
    await mark();
    await other.finish(delivery, {}, nothing);
    await mark();
    expect(new Set(versions).size).toBe(5);
    await other.overview(demo);
    await the().look();
    await the().claim();
    await mark();
    expect(versions.at(-1)).toBe(versions.at(-2));
  });

  it("answers what the decision answers", async () => {
    const answer = await the().engine.transact(demo, {}, () => ({ changes: [], answer: 42 }));
    expect(answer).toBe(42);
  });

  it("wakes whoever waits when something is written", async () => {
    const { engine, write } = the();
    await write(sent(1));
    const waiting = engine.changed(600_000, new AbortController().signal);
    await write(sent(2));
    await waiting;
  });

  it("wakes a caller at once for what was written since it last looked", async () => {
    const { engine, write } = the();
    const { signal } = new AbortController();
    await write(sent(1));
    await engine.changed(1, signal);
    await write(sent(2));
    await engine.changed(600_000, signal);
  });

  it("stops waiting when told to", async () => {
    const stop = new AbortController();
    const waiting = the().engine.changed(600_000, stop.signal);
    stop.abort();
    await waiting;
  });

  it("fences a token that was never given out", async () => {
    await the().write(sent(1));
    const delivery = await the().claimed();
    const forged = { ...delivery, token: token(99) };
    expect(await the().engine.finish(forged, {}, nothing)).toEqual({ kind: "fenced" });
  });
}
