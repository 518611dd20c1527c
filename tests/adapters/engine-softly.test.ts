/** What the accounts of requests cost the ledger: there are dozens a task. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { openMemoryEngine } from "../../src/adapters/engine/memory/engine.ts";
import { memoryStore } from "../../src/adapters/engine/memory/storage.ts";
import { unspent } from "../../src/core/metered.ts";
import type { Reservation } from "../../src/core/records.ts";
import { childArgv } from "../support/child.ts";
import { aReservation, demo, noon } from "../support/ledger.ts";
import { ledgerFolder, writeTo } from "../support/ledger-folder.ts";

const folder = ledgerFolder();
const change = (reservation: Reservation) => ({ kind: "reservation", reservation }) as const;

it("does not wake whoever waits for what stays within a reservation", async () => {
  const sleep = (_ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  const engine = openMemoryEngine({
    store: memoryStore(),
    clock: { now: () => noon, random: () => 0.5, sleep },
    owner: "one",
    ownersAlive: () => new Set(["one"]),
    leaseMs: 1_000,
  });
  const held = aReservation(1, { metered: unspent(0.5, 0) });
  await writeTo(engine, change(held));
  let woken = false;
  const waiting = engine.changed(600_000, new AbortController().signal).then(() => {
    woken = true;
  });
  const open = [{ number: 1, worstUsd: 0.25 }];
  await writeTo(engine, change({ ...held, metered: { ...unspent(0.5, 0), requests: 1, open } }));
  await turn();
  expect(woken).toBe(false);
  // what others may spend is another amount now
  await writeTo(engine, change({ ...held, amountUsd: 0.75 }));
  await waiting;
  expect(woken).toBe(true);
});

it("waits for the disk, but for what a power cut may undo; the next that waits takes it along", () => {
  const trace = join(folder.dataDir, "../trace");
  const strace = ["strace", "-f", "-qq", "-y", "-e", "trace=fdatasync,fsync,write", "-o", trace];
  const [file = "", ...args] = [...strace, ...childArgv("softly", folder.dataDir)];
  expect(spawnSync(file, args).status).toBe(0);
  const told = readFileSync(trace, "utf8").split("\n");
  const at = (word: string): number => told.findIndex((line) => line.includes(`\\"${word}\\"`));
  const syncs = (from: string, to: string): number =>
    told.slice(at(from), at(to)).filter((line) => /f(data)?sync\(.*demo\.db-wal/.test(line)).length;
  expect([at("begun"), at("soft"), at("hard")].every((line) => line >= 0)).toBe(true);
  expect(syncs("begun", "soft")).toBe(0);
  expect(syncs("soft", "hard")).toBe(1);
});

it("keeps what was written softly over the death of its writer", async () => {
  const [file, ...args] = childArgv("softly and dies", folder.dataDir);
  expect(spawnSync(file, args).signal).toBe("SIGKILL");
  const told = await folder.open().reservations(demo, "2026-01-15");
  expect(told.map(({ amountUsd }) => amountUsd)).toEqual([0.5]);
});
