/** Whose a workspace's place is, and when it becomes another's. */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import {
  acquireSlot,
  closedSlots,
  findSlot,
  freeSlot,
  isOpenSlot,
  recordSlot,
} from "../../../src/adapters/git/slots.ts";
import { commitSha } from "../../../src/core/ids.ts";
import { folder } from "../../support/git-fixture.ts";

const base = commitSha("a".repeat(40));
/** As many as are left for their owners to come back to. */
const orphansMax = 32;

/** What a process that is dead by now has written into its lock. */
let deadOwner = "";
beforeAll(async () => {
  const lock = join(await folder(), "lock");
  const module = fileURLToPath(new URL("../../../src/adapters/git/lock.ts", import.meta.url));
  const from = JSON.stringify(module);
  const script = `import { tryLock } from ${from}; await tryLock(process.argv[1]);`;
  const args = ["--import", "tsx", "--input-type=module", "-e", script, lock];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  deadOwner = await readFile(lock, "utf8");
});

/** Opens a slot as this process does, at a moment. */
async function open(pool: string, name: string, openedAt = 0) {
  const slot = await acquireSlot(pool, name);
  await recordSlot(slot, { name, base, openedAt });
  return slot;
}

/** Leaves a slot as a process does that dies. */
async function abandoned(pool: string, name: string, openedAt: number) {
  const slot = await open(pool, name, openedAt);
  await writeFile(join(slot.dir, "owner"), deadOwner);
  return slot;
}

async function openMany(pool: string, count: number, make: typeof abandoned) {
  const made = [];
  // the seventh is the oldest
  for (let n = 0; n < count; n += 1)
    made.push(await make(pool, `work-${n}`, n === 6 ? 1 : 100 + n));
  return made;
}

test("a slot that is given back keeps its files and nothing of the git that was its agent's", async () => {
  const slot = await open(await folder(), "work-1");
  await mkdir(join(slot.tree, ".git"), { recursive: true });
  await writeFile(join(slot.tree, ".git/index.lock"), "");
  await writeFile(join(slot.tree, "a.txt"), "one\n");
  await freeSlot(slot);
  expect(await readdir(slot.tree)).toEqual(["a.txt"]);
});

test("what a running process has open is nobody else's", async () => {
  const pool = await folder();
  const mine = await open(pool, "work-1");
  expect(await isOpenSlot(pool, "work-1")).toBe(true);
  expect(await isOpenSlot(pool, "work-2")).toBe(false);
  const beside = await acquireSlot(pool, "work-1");
  expect(beside.dir).not.toBe(mine.dir);
  await freeSlot(beside);
  await expect(findSlot(pool, "work-1")).rejects.toThrow("in use by a running process");
  for await (const closed of closedSlots(pool, () => true)) expect(closed).toBeNull();
  expect((await open(pool, "work-2")).dir).not.toBe(mine.dir);
});

test("what was given back is the next one's, whatever its name", async () => {
  const pool = await folder();
  const { dir, ...slot } = await open(pool, "work-1");
  await freeSlot({ dir, ...slot });
  expect(await findSlot(pool, "work-1")).toBeNull();
  expect((await open(pool, "work-2")).dir).toBe(dir);
});

test("what a dead process had open is found by its name, and by no other", async () => {
  const pool = await folder();
  const { dir } = await abandoned(pool, "work-1", 5);
  expect((await open(pool, "work-2")).dir).not.toBe(dir);
  const found = await findSlot(pool, "work-1");
  expect(found?.slot.dir).toBe(dir);
  expect(found?.record).toEqual({ name: "work-1", base, openedAt: 5 });
});

test("beyond 32 left by dead processes the oldest is used anew", async () => {
  const pool = await folder();
  const slots = await openMany(pool, orphansMax, abandoned);
  const one = await open(pool, "as many as may be");
  expect(basename(one.dir)).toBe(`slot-${orphansMax}`);
  await abandoned(pool, "one too many", 999);
  const anew = await open(pool, "after one too many");
  expect(anew.dir).toBe(slots[6]?.dir);
  expect(await findSlot(pool, "work-6")).toBeNull();
  expect((await findSlot(pool, "work-0"))?.record.name).toBe("work-0");
});

test("what living processes hold, and what was kept, is never used anew", async () => {
  const pool = await folder();
  for (const held of await openMany(pool, orphansMax + 1, open)) expect(held.lock).toBeDefined();
  for (let n = 0; n <= orphansMax; n += 1) (await open(pool, `kept-${n}`, n)).lock.release();
  expect(basename((await open(pool, "another")).dir)).toBe(`slot-${2 * orphansMax + 2}`);
  expect((await findSlot(pool, "kept-0"))?.record.name).toBe("kept-0");
});
