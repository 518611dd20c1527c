import { mkdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Repo, Workspace } from "../../../src/ports/repo.ts";
import {
  commitAll,
  filesPrint,
  folder,
  opened,
  person,
  repository,
  run,
  signal,
  snapshotLimits,
  taken,
  write,
} from "../../support/git-fixture.ts";
import { attacked } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\n", "src/b.txt": "two\n", ".gitignore": "ignored/\n*.log\n" };

async function refusal(repo: Repo, workspace: Workspace): Promise<string> {
  const snapshot = await repo.snapshot(workspace, snapshotLimits, signal);
  return snapshot.kind === "refused" ? snapshot.problems.join("\n") : snapshot.kind;
}

describe("what must not become part of a change is refused by name", () => {
  test("a nested repository, also in a folder that has files of the project", async () => {
    const { repo, workspace, trap, script } = await attacked();
    for (const nested of ["nested", "src"]) {
      await mkdir(join(workspace.path, nested), { recursive: true });
      person(join(workspace.path, nested), "init", "-q");
      person(join(workspace.path, nested), "config", "core.fsmonitor", script);
    }
    const said = await refusal(repo, workspace);
    expect(said).toContain("nested/.git: a nested repository");
    expect(said).toContain("src/.git: a nested repository");
    await expect(stat(trap)).rejects.toThrow("ENOENT");
  });

  test("a submodule's git planted where the project has one is never asked", async () => {
    const root = await repository(files);
    const inner = await repository();
    person(root, "submodule", "--quiet", "add", inner, "sub");
    commitAll(root, "With a submodule");
    const { repo } = await opened(root);
    const { commit: at } = await repo.sync(signal);
    const workspace = await repo.open({ at, name: "work-1" }, signal);
    expect((await repo.snapshot(workspace, snapshotLimits, signal)).kind).toBe("empty");
    const trap = join(await folder(), "trapped");
    person(join(workspace.path, "sub"), "init", "-q");
    person(join(workspace.path, "sub"), "config", "core.fsmonitor", `touch ${trap}`);
    expect(await refusal(repo, workspace)).toContain("sub/.git: a nested repository");
    await workspace[Symbol.asyncDispose]();
    await using next = await repo.open({ at, name: "work-2" }, signal);
    await expect(stat(join(next.path, "sub/.git"))).rejects.toThrow("ENOENT");
    await write(next.path, { ".gitmodules": "[submodule]\n" });
    expect(await refusal(repo, next)).toContain(".gitmodules");
    await expect(stat(trap)).rejects.toThrow("ENOENT");
  });

  const links: readonly (readonly [string, string, string])[] = [
    ["abs", "/etc/passwd", "an absolute symlink"],
    ["up", "../outside", "a symlink out of the repository"],
    ["src/up", "../../outside", "a symlink out of the repository"],
    ["winding", "src/../../outside", "a symlink that climbs out of another folder"],
    ["git", ".git/config", "a symlink into git's own folder"],
  ];
  test.each(links)("the symlink %s to %s", async (path, target, why) => {
    const { repo, workspace } = await attacked();
    await symlink(target, join(workspace.path, path));
    expect(await refusal(repo, workspace)).toBe(`${path}: ${why}`);
  });

  test("a symlink inside the project is not", async () => {
    const { repo, workspace } = await attacked();
    await symlink("../a.txt", join(workspace.path, "src/inside"));
    await symlink("nowhere", join(workspace.path, "dangling"));
    expect((await taken(repo, workspace)).changes.length).toBe(2);
  });

  test("FIFOs and sockets", async () => {
    const { repo, workspace } = await attacked();
    run("mkfifo", [join(workspace.path, "pipe")]);
    const server = createServer().listen(join(workspace.path, "sock"));
    await new Promise((resolve) => server.once("listening", resolve));
    const said = await refusal(repo, workspace);
    server.close();
    expect(said).toContain("pipe: a FIFO");
    expect(said).toContain("sock: a socket");
  });

  test("a folder replaced by a link to the person's is not written through", async () => {
    const { root, repo, at, workspace } = await attacked();
    const before = await filesPrint(root);
    await rm(join(workspace.path, "src"), { recursive: true });
    await symlink(join(root, "src"), join(workspace.path, "src"));
    await symlink(root, join(workspace.path, "ignored"));
    expect(await refusal(repo, workspace)).toContain("src: an absolute symlink");
    await workspace[Symbol.asyncDispose]();
    await using next = await repo.open({ at, name: "work-2" }, signal);
    expect((await stat(join(next.path, "src"))).isDirectory()).toBe(true);
    expect(await filesPrint(root)).toBe(before);
  });

  test("a work tree that is itself replaced by a link is made anew", async () => {
    const { root, repo, at, workspace } = await attacked();
    const before = await filesPrint(root);
    await workspace[Symbol.asyncDispose]();
    await rm(workspace.path, { recursive: true });
    await symlink(root, workspace.path);
    await using next = await repo.open({ at, name: "work-2" }, signal);
    await write(next.path, { "a.txt": "changed\n" });
    expect(await filesPrint(root)).toBe(before);
  });
});

describe("what is simply left out", () => {
  test("ignored files, the audit trail and installed folders, also where not ignored", async () => {
    const { repo, workspace } = await attacked();
    await write(workspace.path, {
      "ignored/x": "x",
      "x.log": "x",
      ".orch/plans/x.md": "x",
      "node_modules/dep/index.js": "x",
      "node_modules/dep/.git/HEAD": "x",
      ".gitignore": "*.log\nignored/\n!node_modules\n",
    });
    await workspace.shield(["node_modules/", "../outside", ""]);
    const work = await taken(repo, workspace);
    expect(work.changes.map(({ path }) => path)).toEqual([".gitignore"]);
  });

  test("installed folders stay from task to task, and nothing else does", async () => {
    const { repo, at, workspace } = await attacked();
    await write(workspace.path, { "node_modules/dep/x.js": "x", "x.log": "x", "other/y": "y" });
    await workspace.shield(["node_modules"]);
    await workspace[Symbol.asyncDispose]();
    await using next = await repo.open({ at, name: "work-2" }, signal);
    expect(await readFile(join(next.path, "node_modules/dep/x.js"), "utf8")).toBe("x");
    await expect(stat(join(next.path, "x.log"))).rejects.toThrow("ENOENT");
    await expect(stat(join(next.path, "other"))).rejects.toThrow("ENOENT");
    expect(person(next.path, "status", "--porcelain")).toBe("");
  });
});
