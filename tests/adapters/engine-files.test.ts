/** What the engine in SQLite promises about its files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { explained } from "../../src/adapters/engine/sqlite/errors.ts";
import { openDatabase } from "../../src/adapters/engine/sqlite/open.ts";
import { isOwnerAlive, thisOwner } from "../../src/adapters/engine/sqlite/owner.ts";
import { verifyLedger } from "../../src/adapters/engine/sqlite/verify.ts";
import { projectName, token } from "../../src/core/ids.ts";
import type { At, TaskState } from "../../src/core/task.ts";
import { taskTable } from "../../src/core/task-machine.ts";
import { LedgerError } from "../../src/ports/engine.ts";
import { nothing, start } from "../contract/engine.ts";
import { aTask, demo, noon, sent, sha } from "../support/ledger.ts";
import { ledgerFolder, writeTo } from "../support/ledger-folder.ts";

const folder = ledgerFolder();
const { file, open, closeAll } = folder;

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // closed meanwhile
  }
}

async function refusal(promise: Promise<unknown>): Promise<LedgerError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LedgerError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

it("does not create anything by reading a project that is not there", async () => {
  const engine = open();
  await engine.overview(demo);
  await engine.tasks(demo, { limit: 5 });
  await engine.claim(demo, start);
  await engine.recover(demo);
  expect(existsSync(folder.dataDir)).toBe(false);
});

it("keeps folder and files for their owner alone", async () => {
  await writeTo(open(), sent(1));
  expect(statSync(folder.dataDir).mode & 0o777).toBe(0o700);
  const modes = readdirSync(folder.dataDir).map(
    (name) => statSync(join(folder.dataDir, name)).mode & 0o777,
  );
  expect(modes.length).toBeGreaterThanOrEqual(2);
  expect(new Set(modes)).toEqual(new Set([0o600]));
});

it("refuses names that are not a project's", async () => {
  const writing = open().transact(projectName("portfolio"), {}, nothing);
  await expect(writing).rejects.toThrow("not a project's name");
});

it("commits durably, in a write-ahead log", async () => {
  await writeTo(open(), sent(1));
  await closeAll();
  const db = new Database(file(), { readonly: true });
  expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
  db.close();
  const own = openDatabase(file(), "project");
  const full = 2;
  expect(own.pragma("synchronous", { simple: true })).toBe(full);
  own.close();
});

it("keeps what was written over a restart", async () => {
  await writeTo(open(), { kind: "task", task: aTask(1) }, sent(1));
  await closeAll();
  const again = open();
  expect(await again.tasks(demo, { limit: 5 })).toEqual([aTask(1)]);
  expect((await again.claim(demo, start)).kind).toBe("claimed");
});

it("can hold a task in each state that the machine knows", async () => {
  const engine = open();
  const held = { attempt: 1, left: 1, tries: 0, token: token(1), notBefore: noon };
  const candidate = { ...held, commit: sha, resolutions: 0 };
  const { token: _token, ...waiting } = candidate;
  const { notBefore: _before, ...holding } = candidate;
  const { commit: _commit, resolutions: _resolutions, ...course } = waiting;
  const { notBefore: _then, ...still } = course;
  const { token: _held, ...settled } = holding;
  const states: { readonly [K in At]: TaskState & { at: K } } = {
    pending: { at: "pending", ...course },
    working: { at: "working", ...still, token: token(1) },
    blocked: { at: "blocked", ...still, question: "which?" },
    submitted: { at: "submitted", ...waiting },
    judging: { at: "judging", ...holding },
    held: { at: "held", ...settled, why: "risky" },
    approved: { at: "approved", ...waiting, parked: null },
    merging: { at: "merging", ...holding },
    conflicted: { at: "conflicted", ...waiting, paths: ["a"] },
    resolving: { at: "resolving", ...holding, paths: ["a"] },
    unsettled: { at: "unsettled", ...settled },
    done: { at: "done", attempt: 1, landed: sha },
    failed: { at: "failed", attempt: 1, failure: { kind: "stalled", detail: "silent" } },
    skipped: { at: "skipped", attempt: 1, reason: "no" },
  };
  const tasks = Object.values(states).map((state, n) => aTask(n, { state }));
  expect(Object.keys(states).sort()).toEqual(Object.keys(taskTable).sort());
  await writeTo(engine, ...tasks.map((task) => ({ kind: "task", task }) as const));
  expect([...(await engine.tasks(demo, { limit: 99 }))].reverse()).toEqual(tasks);
});

it("does not take the portfolio's own database for a project's", async () => {
  const engine = open();
  await writeTo(engine, sent(1));
  const overview = await engine.overview(projectName("portfolio"));
  expect(overview.cursor).toBe(0);
});

it("says what to do about a file that is no database", async () => {
  await writeTo(open(), sent(1));
  await closeAll();
  writeFileSync(file(), "this is not a database, and long enough to be taken for one".repeat(99));
  for (const end of ["-wal", "-shm"]) rmSync(`${file()}${end}`, { force: true });
  const { message, hint } = await refusal(open().overview(demo));
  expect(message).toBe(`${file()}: it is not a database`);
  expect(hint).toContain("No backup of it is there");
  expect(hint).toContain("orch forget");
});

it("says what to do about a damaged file", async () => {
  await writeTo(open(), sent(1));
  await closeAll();
  truncateSync(file(), 8_192);
  expect((await refusal(open().tasks(demo, { limit: 5 }))).message).toContain("it is damaged");
  expect(verifyLedger(folder.dataDir, demo).length).toBeGreaterThan(0);
});

it("says what to do about a data folder that is a file", async () => {
  mkdirSync(join(folder.dataDir, ".."), { recursive: true });
  writeFileSync(folder.dataDir, "");
  const { message, hint } = await refusal(writeTo(open(), sent(1)));
  expect(message).toContain("its folder is not a folder");
  expect(hint).toContain("Choose another data folder");
});

it("says what to do about missing rights", () => {
  const error = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  expect(explained(error, "/data/demo.db")).toMatchObject({
    message: "/data/demo.db: it may not be opened",
    hint: expect.stringContaining("right to write to the data folder"),
  });
});

it("says what to do about a full disk", () => {
  const db = new Database(":memory:");
  db.pragma("max_page_count = 2");
  const fill = () => db.exec("CREATE TABLE a (b); CREATE TABLE c (d); CREATE TABLE e (f)");
  let error: unknown = null;
  try {
    fill();
  } catch (reason) {
    error = explained(reason, "/data/demo.db");
  }
  expect(error).toMatchObject({ message: "/data/demo.db: the disk is full" });
});

it("knows a living process from a dead one, and from another with the same number", () => {
  const me = thisOwner();
  expect(isOwnerAlive(me)).toBe(true);
  const [boot, namespace, pid, started] = me.split(" ");
  expect(isOwnerAlive([boot, namespace, pid, Number(started) - 1].join(" "))).toBe(false);
  expect(isOwnerAlive(["another-boot", namespace, pid, started].join(" "))).toBe(false);
  expect(isOwnerAlive([boot, namespace, 2 ** 22 + 1, started].join(" "))).toBe(false);
  expect(isOwnerAlive([boot, "another-namespace", 2 ** 22 + 1, started].join(" "))).toBe(true);
});

it("knows a dead process that nobody has buried", async () => {
  const [boot, namespace] = thisOwner().split(" ");
  // the shell's child ends after the shell has become something that never asks for it
  const script = "exec 3<&0; (read line <&3) & echo $!; exec sleep 600";
  const parent = spawn("sh", ["-c", script]);
  const [line] = await once(parent.stdout, "data");
  const pid = Number(String(line));
  const name = () => readFileSync(`/proc/${parent.pid}/comm`, "utf8").trim();
  while (name() !== "sleep") await new Promise(setImmediate);
  parent.stdin.write("\n");
  const fields = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  while (fields()[0] !== "Z") await new Promise(setImmediate);
  expect(isOwnerAlive([boot, namespace, pid, fields()[19]].join(" "))).toBe(false);
  parent.kill("SIGKILL");
});

it("keeps working with more projects than it keeps open", async () => {
  const engine = open();
  const names = Array.from({ length: 140 }, (_, n) => projectName(`p${n}`));
  for (const name of names)
    await engine.transact(name, {}, () => ({ changes: [sent(1)], answer: null }));
  for (const name of names) expect((await engine.claim(name, start)).kind).toBe("claimed");
  const held = readdirSync("/proc/self/fd").filter((fd) => targetOf(fd).startsWith(folder.dataDir));
  expect(held.filter((fd) => targetOf(fd).endsWith(".db")).length).toBeLessThan(names.length);
});
