import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspectRepo } from "../../../src/adapters/git/inspect.ts";
import { openRepo } from "../../../src/adapters/git/open-repo.ts";
import { token } from "../../../src/core/ids.ts";
import {
  commitAll,
  folder,
  opened,
  person,
  repository,
  run,
  signal,
  snapshotLimits,
  taken,
  task,
  worked,
  write,
} from "../../support/git-fixture.ts";
import { landsOn, refused } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\n" };
const kinds = async (path: string) =>
  (await inspectRepo(path, "orch/", signal)).map(({ kind }) => kind);

describe("repositories that are refused by name", () => {
  test("a folder that is none, or does not exist", async () => {
    const path = await folder();
    expect((await refused(path)).message).toContain("not in a git repository");
    expect((await refused(join(path, "nowhere"))).message).toContain("does not exist");
    expect(await kinds(path)).toEqual(["notARepository"]);
  });

  test("one without commits", async () => {
    const root = await folder();
    person(root, "init", "-q", "-b", "main");
    expect((await refused(root)).message).toContain("no commits");
    expect(await kinds(root)).toEqual(["empty"]);
  });

  test("one with a branch where ours must be", async () => {
    const root = await repository(files);
    person(root, "branch", "orch");
    expect((await refused(root)).message).toContain("the branch `orch` is in the way");
    expect(await kinds(root)).toEqual(["clash"]);
    await opened(root, { branchPrefix: "bot/" });
  });

  test("git's own folder", async () => {
    const root = await repository(files);
    expect((await refused(join(root, ".git/refs"))).message).toContain("git's own folder");
  });
});

describe("repositories that work", () => {
  test("one without a remote, and with nothing to complain of", async () => {
    const root = await repository(files);
    expect(await landsOn(root)).toBe("main");
    expect(await kinds(root)).toEqual([]);
  });

  test("a bare one", async () => {
    const root = await repository(files);
    const bare = join(await folder(), "bare.git");
    person(root, "clone", "-q", "--bare", root, bare);
    expect(await landsOn(bare)).toBe("main");
  });

  test("a linked worktree of the person's", async () => {
    const root = await repository(files);
    const linked = join(await folder(), "linked");
    person(root, "worktree", "add", "-q", "-b", "wip", linked);
    expect(await landsOn(linked)).toBe("main");
    expect(person(root, "status", "--porcelain")).toBe("");
  });

  test("a shallow one, which stays as shallow as it is", async () => {
    const upstream = await repository(files);
    await write(upstream, { "a.txt": "two\n" });
    commitAll(upstream, "Second");
    const root = join(await folder(), "shallow");
    person(upstream, "clone", "-q", "--depth", "1", `file://${upstream}`, root);
    const before = await readFile(join(root, ".git/shallow"), "utf8");
    expect(await kinds(root)).toEqual(["shallow"]);
    expect(await landsOn(root)).toBe("main");
    expect(await readFile(join(root, ".git/shallow"), "utf8")).toBe(before);
    expect(person(root, "fsck", "--no-dangling")).toBe("");
  });

  test.each(["while it is open", "between two runs"])(
    "one that was shallow and is whole since, %s, stays whole",
    async (when) => {
      const upstream = await repository(files);
      await write(upstream, { "a.txt": "two\n" });
      commitAll(upstream, "Second");
      const root = join(await folder(), "shallow");
      person(upstream, "clone", "-q", "--depth", "1", `file://${upstream}`, root);
      const { repo: first, options } = await opened(root);
      await first.sync(signal);
      person(root, "fetch", "-q", "--unshallow");
      const open = when === "while it is open";
      const repo = open ? first : await openRepo(options, signal);
      const work = await worked(repo, 1, { "done.txt": "done\n" });
      expect((await repo.publish({ ...work, token: token(1) }, signal)).kind).toBe("landed");
      expect(person(root, "rev-parse", "--is-shallow-repository")).toBe("false");
      const hub = (await readdir(options.hubsDir)).find((name) => name.endsWith(".hub.git"));
      const ours = await readdir(join(options.hubsDir, hub ?? ""));
      expect(ours.includes("shallow")).toBe(open);
    },
  );

  test("one with SHA-256 ids", async () => {
    const root = await folder();
    person(root, "init", "-q", "-b", "main", "--object-format=sha256");
    await write(root, { ...files, ".gitattributes": "*.md text\n" });
    commitAll(root, "Start");
    expect(await landsOn(root)).toBe("main");
  });

  test("one that borrows its objects from another", async () => {
    const upstream = await repository(files);
    const root = join(await folder(), "borrower");
    person(upstream, "clone", "-q", "--shared", upstream, root);
    expect(await landsOn(root)).toBe("main");
  });

  test("one with submodules, whose pins stay", async () => {
    const root = await repository(files);
    person(root, "submodule", "--quiet", "add", await repository(), "sub");
    commitAll(root, "With a submodule");
    const pin = person(root, "rev-parse", "HEAD:sub");
    expect(await kinds(root)).toEqual(["submodules"]);
    expect(await landsOn(root)).toBe("main");
    expect(person(root, "rev-parse", "HEAD:sub")).toBe(pin);
  });

  test("one with Git LFS: pointers pass, content is refused by name", async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\n`;
    const root = await repository({ ".gitattributes": "*.bin filter=lfs\n", "x.bin": pointer });
    expect(await kinds(root)).toEqual(["lfs"]);
    expect(await landsOn(root)).toBe("main");
    const { repo } = await opened(root);
    const { commit: at } = await repo.sync(signal);
    await using workspace = await repo.open({ at, name: "work-1" }, signal);
    await write(workspace.path, { "y.bin": "content", "z.bin": pointer });
    expect(await repo.snapshot(workspace, snapshotLimits, signal)).toMatchObject({
      problems: [expect.stringMatching(/^y\.bin: .*LFS/)],
    });
  });

  test("one of another user, named by the inspection", async () => {
    if (process.getuid?.() !== 0) return;
    const root = await repository(files);
    run("chown", ["-R", "65534:65534", root]);
    expect(await kinds(root)).toEqual(["owner"]);
    const { repo } = await opened(root);
    const work = await worked(repo, 1, { "done.txt": "done\n" });
    expect((await repo.publish({ ...work, token: token(1) }, signal)).kind).toBe("landed");
  });

  test("one with a hundred thousand files", async () => {
    const bare = join(await folder(), "large.git");
    person("/", "init", "-q", "--bare", "-b", "main", bare);
    const lines = Array.from({ length: 100_000 }, (_, at) => {
      return `M 644 inline d${at % 1_000}/f${at}.txt\ndata 2\nx\n\n`;
    });
    const input = `commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 1\nx\n${lines.join("")}`;
    run("git", ["--git-dir", bare, "fast-import", "--quiet"], input);
    expect(await landsOn(bare)).toBe("main");
    expect(person(bare, "ls-tree", "--name-only", "main").split("\n")).toContain("done.txt");
  });

  test("one whose names clash on other systems", async () => {
    const root = await repository({ "Readme.md": "one\n", "README.md": "two\n" });
    expect(await landsOn(root)).toBe("main");
    expect(await readFile(join(root, "Readme.md"), "utf8")).toBe("one\n");
  });

  test("names with line breaks, quotes, spaces and bytes that are no text", async () => {
    const root = await repository({ 'odd "name"\nof two lines': "one\n", "-n": "dash\n" });
    const { repo } = await opened(root);
    const { commit: at } = await repo.sync(signal);
    await using workspace = await repo.open({ at, name: "work-1" }, signal);
    const raw = Buffer.concat([Buffer.from(`${workspace.path}/caf`), Buffer.from([0xe9])]);
    await write(workspace.path, { "tab\tand\nline": "x\n", 'odd "name"\nof two lines': "two\n" });
    await writeFile(raw, "x\n");
    const work = await taken(repo, workspace);
    expect(work.changes.map(({ path }) => path)).toEqual([
      '"caf\\351"',
      'odd "name"\nof two lines',
      "tab\tand\nline",
    ]);
    const merge = await repo.merge(at, work.commit, "Merge\n", signal);
    if (merge.kind !== "merged") throw new Error(merge.kind);
    const request = { task: task(1), from: at, to: merge.commit, token: token(1) };
    expect((await repo.publish(request, signal)).kind).toBe("landed");
    expect(person(root, "status", "--porcelain")).toBe("");
    expect(await repo.list(merge.commit, 10, signal)).toContain("tab\tand\nline");
  });

  test("a project that is reached through a link", async () => {
    const root = await repository(files);
    const link = join(await folder(), "link");
    await symlink(root, link);
    const { repo } = await opened(link);
    const work = await worked(repo, 1, { "done.txt": "done\n" });
    expect((await repo.publish({ ...work, token: token(1) }, signal)).kind).toBe("landed");
    expect(await readFile(join(root, "done.txt"), "utf8")).toBe("done\n");
  });
});

test("opening twice leaves one line in info/exclude, and the trail out of sight", async () => {
  const root = await repository(files);
  await write(root, { ".git/info/exclude": "mine" });
  const { options } = await opened(root);
  await openRepo(options, signal);
  expect(await readFile(join(root, ".git/info/exclude"), "utf8")).toBe("mine\n/.orch/\n");
  await write(root, { ".orch/plans/x.md": "x" });
  expect(person(root, "status", "--porcelain")).toBe("");
});
