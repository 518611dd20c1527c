/** One engine process for each data folder, with real processes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockDataDir } from "../../src/adapters/engine/sqlite/lock.ts";
import { type Child, startChild } from "../support/child.ts";

let dataDir: string;
let holder: Child | null;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "lock-"));
  holder = null;
});
afterEach(async () => {
  await holder?.kill();
  rmSync(dataDir, { recursive: true });
});

async function held(): Promise<Child> {
  holder = startChild("lock", dataDir);
  expect(await holder.next()).toEqual({ kind: "held" });
  expect(await holder.next()).toEqual({ collected: true });
  return holder;
}

it("refuses a second process and says who has the lock since when", async () => {
  const { process: daemon } = await held();
  const lock = lockDataDir(dataDir, { kind: "run" });
  expect(lock).toMatchObject({ kind: "busy", holder: { kind: "daemon", pid: daemon.pid } });
});

it("refuses a second process also while the first is frozen", async () => {
  const { process: daemon } = await held();
  daemon.kill("SIGSTOP");
  expect(lockDataDir(dataDir, { kind: "run" }).kind).toBe("busy");
});

it("gives the lock to the next process as soon as the first is killed", async () => {
  await (await held()).kill();
  const lock = lockDataDir(dataDir, { kind: "run" });
  expect(lock.kind).toBe("held");
  if (lock.kind === "held") lock.release();
});

it("gives the lock back when it is released, once", () => {
  const first = lockDataDir(dataDir, { kind: "run" });
  if (first.kind !== "held") throw new Error("the lock is not free");
  expect(lockDataDir(dataDir, { kind: "run" }).kind).toBe("busy");
  first.release();
  const second = lockDataDir(dataDir, { kind: "daemon" });
  first.release();
  expect(lockDataDir(dataDir, { kind: "run" })).toMatchObject({ holder: { kind: "daemon" } });
  if (second.kind === "held") second.release();
});

it("is not lost by a refused try in the same process", async () => {
  const lock = lockDataDir(dataDir, { kind: "run" });
  lockDataDir(dataDir, { kind: "run" });
  const other = startChild("lock", dataDir);
  expect(await other.next()).toMatchObject({ kind: "busy", holder: { kind: "run" } });
  await other.kill();
  if (lock.kind === "held") lock.release();
});
