import { spawnSync } from "node:child_process";
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJournal } from "../../src/adapters/journal/journal.ts";

let root: string;
let project: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "orch-journal-"));
  project = join(root, "project");
  await mkdir(project);
  await mkdir(join(root, "elsewhere"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const plan = { folder: "plans", file: "cycle_a1b2c3d4e5f6.md", text: "# Plan\n" } as const;
const write = (entry: Parameters<ReturnType<typeof openJournal>["write"]>[0]) =>
  openJournal(project).write(entry);

test("a document is where the person expects it, readable to all", async () => {
  for (const folder of ["plans", "workers", "verdicts"] as const) {
    expect(await write({ ...plan, folder })).toEqual({ kind: "written" });
    const file = join(project, ".orch", folder, plan.file);
    expect(await readFile(file, "utf8")).toBe("# Plan\n");
    const mask = process.umask();
    expect((await stat(file)).mode & 0o777).toBe(0o644 & ~mask);
    expect((await stat(join(project, ".orch", folder))).mode & 0o777).toBe(0o755 & ~mask);
  }
});

test("writing again replaces, and leaves nothing else behind", async () => {
  await write(plan);
  await write(plan);
  await write({ ...plan, text: "second" });
  expect(await readdir(join(project, ".orch/plans"))).toEqual([plan.file]);
  expect(await readFile(join(project, ".orch/plans", plan.file), "utf8")).toBe("second");
});

test("of many writers at once each document is whole", async () => {
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
  const answers = await Promise.all(texts.map((text) => write({ ...plan, text })));
  expect(answers.every(({ kind }) => kind === "written")).toBe(true);
  expect(texts).toContain(await readFile(join(project, ".orch/plans", plan.file), "utf8"));
  expect(await readdir(join(project, ".orch/plans"))).toEqual([plan.file]);
});

test("a symlink in place of .orch or a folder of it is refused, and nothing is written behind it", async () => {
  await symlink(join(root, "elsewhere"), join(project, ".orch"));
  expect(await write(plan)).toMatchObject({
    kind: "failed",
    why: expect.stringContaining("symlink"),
  });
  await rm(join(project, ".orch"));
  await mkdir(join(project, ".orch"));
  await symlink(join(root, "elsewhere"), join(project, ".orch/plans"));
  expect(await write(plan)).toMatchObject({ kind: "failed" });
  expect(await write({ ...plan, folder: "workers" })).toEqual({ kind: "written" });
  await symlink(join(root, "nowhere"), join(project, ".orch/verdicts"));
  expect(await write({ ...plan, folder: "verdicts" })).toMatchObject({ kind: "failed" });
  expect(await readdir(join(root, "elsewhere"))).toEqual([]);
  expect(await readdir(root)).toEqual(["elsewhere", "project"]);
});

test("a symlink in place of a document is replaced, not followed", async () => {
  const victim = join(root, "elsewhere/victim");
  await writeFile(victim, "mine");
  await mkdir(join(project, ".orch/plans"), { recursive: true });
  await symlink(victim, join(project, ".orch/plans", plan.file));
  expect(await write(plan)).toEqual({ kind: "written" });
  expect(await readFile(victim, "utf8")).toBe("mine");
  expect((await lstat(join(project, ".orch/plans", plan.file))).isFile()).toBe(true);
});

test.each(["../x.md", "a/b.md", ".md", ".hidden.md", "x", "x.md\n", `${"x".repeat(200)}.md`, ""])(
  "%j is no name for a document",
  async (file) => {
    expect(await write({ ...plan, file })).toMatchObject({ kind: "failed" });
    expect(await readdir(project)).toEqual([]);
  },
);

test("a project that is gone is not created anew", async () => {
  await rm(project, { recursive: true });
  expect(await write(plan)).toMatchObject({
    kind: "failed",
    why: expect.stringContaining("ENOENT"),
  });
  expect(await readdir(root)).toEqual(["elsewhere"]);
});

test("what the disk refuses is an answer, and leaves no half document", async () => {
  await mkdir(join(project, ".orch/plans", plan.file), { recursive: true });
  expect(await write(plan)).toMatchObject({ kind: "failed", why: expect.stringMatching(/^E/) });
  expect(await readdir(join(project, ".orch/plans"))).toEqual([plan.file]);
  await writeFile(join(project, ".orch/workers"), "a file");
  expect(await write({ ...plan, folder: "workers" })).toMatchObject({
    kind: "failed",
    why: expect.stringContaining("not a folder"),
  });
});

test("what a process left that died while it wrote is removed, a living one's is not", async () => {
  await write(plan);
  const folder = join(project, ".orch/plans");
  const dead = spawnSync("true").pid;
  const left = (pid: number) => `.${plan.file}.${pid}.3f2b8c1e-0000-4000-8000-000000000000.tmp`;
  for (const pid of [dead, process.pid]) await writeFile(join(folder, left(pid)), "half");
  await write(plan);
  expect((await readdir(folder)).sort()).toEqual([left(process.pid), plan.file].sort());
});
