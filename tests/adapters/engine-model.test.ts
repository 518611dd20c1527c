/**
 * Any sequence of sends, claims, crashes and ends keeps the queue's promises, on both engines
 * alike.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openMemoryEngine } from "../../src/adapters/engine/memory/engine.ts";
import { memoryStore } from "../../src/adapters/engine/memory/storage.ts";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import { type Instant, later } from "../../src/core/ids.ts";
import type { Queue } from "../../src/core/ledger.ts";
import type { Delivery, Engine } from "../../src/ports/engine.ts";
import { nothing, start } from "../contract/engine.ts";
import { demo, noon, sent, withdrawn } from "../support/ledger.ts";

const leaseMs = 30_000;
const owners = ["one", "two"] as const;
type Owner = (typeof owners)[number];

type Step =
  | {
      readonly do: "send";
      readonly task: number;
      readonly queue: Queue;
      readonly key: string | null;
      readonly priority: number;
      readonly delayMs: number;
    }
  | { readonly do: "withdraw"; readonly task: number; readonly queue: Queue }
  | { readonly do: "claim" | "refuse"; readonly owner: Owner }
  | { readonly do: "finish" | "renew"; readonly delivery: number }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "die"; readonly owner: Owner };

const task = fc.nat({ max: 5 });
const queue = fc.constantFrom<Queue>("work", "merge");
const owner = fc.constantFrom(...owners);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("send" as const),
    task,
    queue,
    key: fc.constantFrom(null, "main"),
    priority: fc.nat({ max: 3 }),
    delayMs: fc.constantFrom(0, 0, 40_000),
  }),
  fc.record({ do: fc.constant("withdraw" as const), task, queue }),
  fc.record({ do: fc.constantFrom("claim" as const, "claim" as const, "refuse" as const), owner }),
  fc.record({ do: fc.constantFrom("finish" as const, "renew" as const), delivery: fc.nat() }),
  fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(1_000, 20_000, 31_000) }),
  fc.record({ do: fc.constant("die" as const), owner }),
);

interface Ground {
  open(owner: string): Engine;
  kill(owner: string): void;
  pass(ms: number): void;
  now(): Instant;
}

/** Plays steps on one ledger; answers what was seen, and throws where a promise is broken. */
async function play(ground: Ground, steps: readonly Step[]): Promise<readonly unknown[]> {
  const engines = new Map<Owner, Engine>();
  const generation = new Map<Owner, number>();
  const deliveries: { readonly by: Engine; readonly delivery: Delivery }[] = [];
  const seen: unknown[] = [];
  let newest = 0;
  const engineOf = (each: Owner): Engine => {
    const engine = engines.get(each) ?? ground.open(`${each} ${generation.get(each) ?? 0}`);
    engines.set(each, engine);
    return engine;
  };
  const act = async (each: Step): Promise<unknown> => {
    switch (each.do) {
      case "send": {
        const runAt = later(ground.now(), each.delayMs);
        const change = sent(each.task, { ...each, runAt });
        const sending = engineOf("one").transact(demo, {}, () => ({
          changes: [change],
          answer: "sent",
        }));
        return sending.catch(() => "live");
      }
      case "withdraw":
        return engineOf("one").transact(demo, {}, () => ({
          changes: [withdrawn(each.task, each.queue)],
          answer: "withdrawn",
        }));
      case "claim": {
        const claim = await engineOf(each.owner).claim(demo, start);
        if (claim.kind === "idle") return claim;
        expect(claim.delivery.token).toBeGreaterThan(newest);
        newest = claim.delivery.token;
        deliveries.push({ by: engineOf(each.owner), delivery: claim.delivery });
        return claim;
      }
      case "refuse":
        return engineOf(each.owner).claim(demo, (view) => ({
          kind: "later",
          at: later(view.now, 5_000),
          why: "turn: not now",
        }));
      case "finish":
      case "renew": {
        const found = deliveries[each.delivery % Math.max(1, deliveries.length)];
        if (found === undefined) return null;
        const { by, delivery } = found;
        return each.do === "finish" ? by.finish(delivery, {}, nothing) : by.renew(delivery);
      }
      case "pass":
        return ground.pass(each.ms);
      case "die": {
        const generationOf = generation.get(each.owner) ?? 0;
        ground.kill(`${each.owner} ${generationOf}`);
        generation.set(each.owner, generationOf + 1);
        const engine = engines.get(each.owner);
        engines.delete(each.owner);
        return engine === undefined ? null : dead(deliveries, engine);
      }
      default:
        return each satisfies never;
    }
  };
  for (const each of steps) {
    seen.push(await act(each));
    const view = await engineOf("one").transact(demo, {}, (found) => ({
      changes: [],
      answer: found,
    }));
    const live = view.jobs.filter(({ state }) => state.at === "live");
    const keys = live.map(({ key }) => key).filter((key) => key !== null);
    expect(new Set(keys).size).toBe(keys.length);
    const subjects = view.jobs.map((job) => `${job.queue} ${JSON.stringify(job.subject)}`);
    expect(new Set(subjects).size).toBe(subjects.length);
    seen.push(view.jobs);
  }
  for (const engine of engines.values()) await engine.close();
  return seen;
}

/** The dead say nothing any more. */
function dead(deliveries: { readonly by: Engine }[], engine: Engine): Promise<void> {
  const living = deliveries.filter(({ by }) => by !== engine);
  deliveries.splice(0, deliveries.length, ...living);
  return engine.close();
}

function ground(open: (owner: string, alive: Set<string>, now: () => Instant) => Engine): Ground {
  const alive = new Set<string>();
  let clock = noon;
  const now = () => clock;
  return {
    now,
    pass: (ms) => {
      clock = later(clock, ms);
    },
    kill: (each) => {
      alive.delete(each);
    },
    open(each) {
      alive.add(each);
      return open(each, alive, now);
    },
  };
}

function memoryGround(): Ground {
  const store = memoryStore();
  return ground((each, alive, now) =>
    openMemoryEngine({
      store,
      clock: { now, random: () => 0.5, sleep: async () => {} },
      owner: each,
      ownersAlive: () => alive,
      leaseMs,
    }),
  );
}

const sqliteGround = (dataDir: string): Ground =>
  ground((each, alive, now) =>
    openSqliteEngine({
      dataDir,
      clock: { now, random: () => 0.5 },
      dayOf: () => "2026-01-15",
      owner: each,
      alive: (one) => alive.has(one),
      leaseMs,
    }),
  );

it("gives each key and each job to one holder at a time, whatever happens", async () => {
  const steps = fc.array(step, { maxLength: 60 });
  const holds = fc.asyncProperty(steps, async (each) => {
    await play(memoryGround(), each);
  });
  await fc.assert(holds, { numRuns: 400 });
});

it("does the same in memory and in SQLite", async () => {
  const steps = fc.array(step, { maxLength: 30 });
  const same = fc.asyncProperty(steps, async (each) => {
    const dataDir = mkdtempSync(join(tmpdir(), "engine-"));
    try {
      const there = await play(sqliteGround(dataDir), each);
      expect(there).toEqual(await play(memoryGround(), each));
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
  await fc.assert(same, { numRuns: 15 });
});
