/**
 * Damage to a ledger is noticed, never served as truth: single bits are flipped all over a file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { verifyLedger } from "../../src/adapters/engine/sqlite/verify.ts";
import type { Change, LogEvent } from "../../src/core/ledger.ts";
import { LedgerError } from "../../src/ports/engine.ts";
import {
  aCycle,
  aLanding,
  anAttempt,
  aReservation,
  aTask,
  aVerdict,
  demo,
  sent,
  taskNumber,
} from "../support/ledger.ts";
import { engineOn } from "../support/ledger-folder.ts";

const flips = 400;

const event: LogEvent = {
  of: "note",
  task: taskNumber(1),
  cycle: null,
  event: { type: "note", level: "info", text: "hello" },
};

const everything: readonly Change[] = [1, 2, 3].flatMap((n) => [
  { kind: "task", task: aTask(n) },
  { kind: "cycle", cycle: aCycle(n) },
  { kind: "attempt", attempt: anAttempt(n) },
  { kind: "verdict", verdict: aVerdict(n) },
  { kind: "landing", landing: aLanding([n], { id: `landing-${n}` }) },
  { kind: "event", event },
  sent(n),
]);

/** All that faces can read; or that it was refused. */
async function served(dataDir: string): Promise<string> {
  const engine = engineOn(dataDir);
  try {
    const tasks = await Promise.all([1, 2, 3].map((n) => engine.task(demo, taskNumber(n))));
    return JSON.stringify([
      await engine.overview(demo),
      await engine.tasks(demo, { limit: 9 }),
      tasks,
      await engine.cycles(demo, 9),
      await engine.events(demo, 0, 9),
      await engine.reservations(demo, "2026-01-01"),
    ]);
  } catch (error) {
    if (error instanceof LedgerError) return "refused";
    throw error;
  } finally {
    await engine.close();
  }
}

it("serves the truth, or refuses, or is found out by the check, whichever bit flips", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "engine-"));
  const file = join(dataDir, "demo.db");
  const engine = engineOn(dataDir);
  await engine.transact(demo, {}, () => ({ changes: everything, answer: null }));
  for (let n = 0; n < 3; n += 1)
    await engine.claim(demo, (_view, _portfolio, _job, own) => ({
      kind: "start",
      changes: [{ kind: "reservation", reservation: aReservation(own) }],
    }));
  await engine.close();
  expect(verifyLedger(dataDir, demo)).toEqual([]);
  const whole = readFileSync(file);
  const written = [...whole.keys()].filter((at) => whole[at] !== 0);
  const truth = await served(dataDir);
  const outcomes = { harmless: 0, refused: 0, reported: 0 };
  for (let n = 0; n < flips; n += 1) {
    const bytes = Buffer.from(whole);
    // spread over what is written by a step that shares no factor with its length
    const at = written[(n * 2_654_435_761 + 17) % written.length] ?? 0;
    const bit = n % 8;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
    writeFileSync(file, bytes);
    for (const end of ["-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
    const answer = await served(dataDir);
    const reports = answer === "refused" ? [] : verifyLedger(dataDir, demo);
    if (answer === "refused") outcomes.refused += 1;
    else if (reports.length > 0) outcomes.reported += 1;
    else if (answer === truth) outcomes.harmless += 1;
    else throw new Error(`bit ${bit} of byte ${at} changes what is served, and nothing tells`);
  }
  expect(outcomes.refused).toBeGreaterThan(0);
  expect(outcomes.reported).toBeGreaterThan(0);
  rmSync(dataDir, { recursive: true });
});
