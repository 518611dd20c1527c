import { access, mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openFilesCaretaker } from "../../src/adapters/keeping/project.ts";
import { openSharedCaretaker } from "../../src/adapters/keeping/shared.ts";
import { openStrayCaretaker } from "../../src/adapters/keeping/strays.ts";
import { instant, projectName, sessionId } from "../../src/core/ids.ts";
import type { Caretaker, Fate, Known } from "../../src/ports/caretaker.ts";
import { tempFolder } from "../support/folders.ts";

const day = 86_400_000;
const signal = new AbortController().signal;

const known = (more: Partial<Known> = {}): Known => ({
  fateOf: async (task): Promise<Fate> =>
    task.startsWith("open") ? { at: "open" } : { at: "unknown" },
  workspaces: new Set(),
  sessions: new Set(),
  now: instant(Date.now()),
  keepMs: 30 * day,
  alone: false,
  thorough: false,
  ...more,
});

/** Writes a file that was last touched so many days ago. */
async function aged(path: string, days: number, bytes = 10): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "x".repeat(bytes));
  const then = new Date(Date.now() - days * day);
  await utimes(path, then, then);
  return path;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function tidied(caretaker: Caretaker, more: Partial<Known> = {}) {
  const found = await caretaker.look(known(more), signal);
  for (const { mend } of found) await mend(signal);
  return found.map(({ finding }) => finding);
}

test("transcripts go when they are older than is kept, but not those of open tasks", async () => {
  const folder = await tempFolder();
  const transcripts = join(folder, "transcripts");
  const [old, open, young, plan] = await Promise.all([
    aged(join(transcripts, "work-aaaaaaaaaaaa-1.jsonl"), 31),
    aged(join(transcripts, "work-openaaaaaaaa-1.jsonl"), 31),
    aged(join(transcripts, "judge-aaaaaaaaaaaa-1.jsonl"), 29),
    aged(join(transcripts, "plan-cccccccccccc.jsonl"), 40),
  ]);
  const project = projectName("shop");
  const caretaker = openFilesCaretaker({ project, transcripts, trail: join(folder, ".orch") });
  const found = await tidied(caretaker);
  expect(found.map(({ kind, bytes }) => [kind, bytes])).toEqual([
    ["transcript", 10],
    ["transcript", 10],
  ]);
  expect(await Promise.all([old, open, young, plan].map(isThere))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("what belongs to no project of the portfolio is named, and stays", async () => {
  const dataDir = await tempFolder();
  for (const name of ["shop", "old", "hubs", "agents"]) await mkdir(join(dataDir, name));
  for (const name of ["shop", "old"]) await mkdir(join(dataDir, name, "workspaces"));
  for (const name of ["shop", "older", "portfolio"])
    await writeFile(join(dataDir, `${name}.db`), "");
  const found = await openStrayCaretaker(dataDir, ["shop"]).look(known(), signal);
  expect(found.map(({ finding }) => finding.what.split(" ")[0])).toEqual([
    join(dataDir, "old"),
    join(dataDir, "older"),
  ]);
  expect(found[0]?.finding).toMatchObject({ kind: "stray", action: null });
  expect(found[0]?.finding.what).toContain("`orch forget old`");
});

test("of the audit trail only what the journal left half written goes", async () => {
  const folder = await tempFolder();
  const trail = join(folder, ".orch");
  const half = ".a.md.11111111-2222-4333-8444-555555555555.tmp";
  const [left, fresh, theirs, whole] = await Promise.all([
    aged(join(trail, "workers", half), 1),
    aged(join(trail, "plans", half), 0),
    aged(join(trail, "workers", ".mine.tmp"), 99),
    aged(join(trail, "workers", "a.md"), 99),
  ]);
  const project = projectName("shop");
  await tidied(openFilesCaretaker({ project, transcripts: join(folder, "none"), trail }));
  expect(await Promise.all([left, fresh, theirs, whole].map(isThere))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test("a session's folder goes when nobody resumes it and nothing was written to it for long", async () => {
  const dataDir = await tempFolder();
  const file = (session: string) => join(dataDir, "agents", session, "claude/projects/p/x.jsonl");
  await aged(file("gone"), 3, 1_000);
  await aged(file("wanted"), 3);
  await aged(file("busy"), 0);
  for (const name of ["gone", "wanted", "busy"]) {
    for (const part of ["claude/projects/p", "claude/projects", "claude", ""]) {
      const then = new Date(Date.now() - 3 * day);
      await utimes(join(dataDir, "agents", name, part), then, then);
    }
  }
  const caretaker = openSharedCaretaker({ dataDir, transcripts: [], quotaBytes: null });
  const found = await tidied(caretaker, { sessions: new Set([sessionId("wanted")]) });
  expect(found).toHaveLength(1);
  expect(found[0]?.bytes).toBeGreaterThanOrEqual(1_000);
  const left = await Promise.all(["gone", "wanted", "busy"].map((name) => isThere(file(name))));
  expect(left).toEqual([false, true, true]);
});

test("beyond the quota the oldest transcripts go, as many as it takes; then the person is told", async () => {
  const dataDir = await tempFolder();
  const transcripts = join(dataDir, "shop", "transcripts");
  const mib = 2 ** 20;
  const paths = await Promise.all(
    [9, 7, 8].map((days) =>
      aged(join(transcripts, `work-aaaaaaaaaaa${days}-1.jsonl`), days, 2 * mib),
    ),
  );
  const [oldest = "", young = "", old = ""] = paths;
  await aged(join(transcripts, "work-openaaaaaaaa-1.jsonl"), 20, mib);
  const quota = (bytes: number) =>
    openSharedCaretaker({ dataDir, transcripts: [transcripts], quotaBytes: bytes });
  expect(await tidied(quota(20 * mib))).toEqual([]);
  const some = await tidied(quota(4 * mib));
  expect(some.map(({ kind }) => kind)).toEqual(["transcript", "transcript"]);
  expect(await Promise.all([oldest, old, young].map(isThere))).toEqual([false, false, true]);
  const all = await tidied(quota(mib / 2));
  expect(all.map(({ kind, action }) => [kind, action])).toEqual([
    ["transcript", "removed"],
    ["quota", null],
  ]);
  expect(await isThere(join(transcripts, "work-openaaaaaaaa-1.jsonl"))).toBe(true);
});
