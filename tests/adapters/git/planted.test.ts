import { mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  commitAll,
  fingerprint,
  folder,
  opened,
  person,
  repository,
  run,
  signal,
  taken,
  tried,
  write,
} from "../../support/git-fixture.ts";
import { attacked } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\n", "src/b.txt": "two\n", ".gitignore": "ignored/\n*.log\n" };

describe("what an agent plants in its clone's own git", () => {
  const plants: readonly (readonly [string, (path: string, script: string) => Promise<void>])[] = [
    [
      "hooks",
      async (path, script) => {
        await mkdir(join(path, ".git/hooks"), { recursive: true });
        for (const hook of ["post-checkout", "pre-commit", "reference-transaction"]) {
          run("cp", [script, join(path, ".git/hooks", hook)]);
        }
      },
    ],
    [
      "a file monitor",
      async (path, script) => {
        person(path, "config", "core.fsmonitor", script);
      },
    ],
    [
      "filters and the attributes that call them",
      async (path, script) => {
        person(path, "config", "filter.trap.clean", script);
        person(path, "config", "filter.trap.smudge", script);
        await write(path, { ".gitattributes": "* filter=trap\n" });
      },
    ],
    [
      "a foreign work tree and objects of its own",
      async (path) => {
        person(path, "config", "core.worktree", "/");
        await write(path, { ".git/objects/info/alternates": "/nonexistent\n" });
      },
    ],
    [
      "a .git file that leads elsewhere",
      async (path) => {
        await rm(join(path, ".git"), { recursive: true });
        await write(path, { ".git": "gitdir: /nonexistent\n" });
      },
    ],
    [
      "a .git link that leads elsewhere",
      async (path) => {
        const elsewhere = join(await folder(), "git");
        await rename(join(path, ".git"), elsewhere);
        await symlink(elsewhere, join(path, ".git"));
      },
    ],
    [
      "no git at all",
      async (path) => {
        await rm(join(path, ".git"), { recursive: true });
      },
    ],
  ];

  test.each(plants)(
    "%s: its files are taken all the same, and nothing of it runs",
    async (_, plant) => {
      const { root, repo, at, workspace, trap, script } = await attacked();
      const before = await fingerprint(root);
      await plant(workspace.path, script);
      await write(workspace.path, { "a.txt": "changed\n" });
      const work = await taken(repo, workspace);
      expect(await repo.read(work.commit, "a.txt", 100, signal)).toBe("changed\n");
      await workspace[Symbol.asyncDispose]();
      await using next = await repo.open({ at, name: "work-2" }, signal);
      expect(next.path).toBe(workspace.path);
      expect(person(next.path, "status", "--porcelain")).toBe("");
      expect(tried(next.path, "config", "filter.trap.clean")).not.toBe(0);
      expect(await readFile(join(next.path, "a.txt"), "utf8")).toBe("one\n");
      await expect(stat(trap)).rejects.toThrow("ENOENT");
      expect(await fingerprint(root)).toBe(before);
    },
  );

  test("its commits, branches and stash are not what is taken", async () => {
    const { repo, workspace } = await attacked();
    await write(workspace.path, { "a.txt": "stashed\n" });
    person(workspace.path, "stash");
    await write(workspace.path, { "src/b.txt": "committed\n" });
    commitAll(workspace.path, "Mine");
    person(workspace.path, "checkout", "-q", "--orphan", "other");
    const work = await taken(repo, workspace);
    expect(work.changes.map(({ path }) => path)).toEqual(["src/b.txt"]);
  });

  test("other branches and remotes are not there to be read", async () => {
    const root = await repository(files);
    person(root, "branch", "answers");
    person(root, "tag", "v1");
    const { repo } = await opened(root);
    const { commit: at } = await repo.sync(signal);
    await using workspace = await repo.open({ at, name: "work-1" }, signal);
    const refs = person(workspace.path, "for-each-ref", "--format=%(refname)");
    expect(refs).toBe("refs/heads/main");
    expect(person(workspace.path, "remote")).toBe("");
    expect(person(workspace.path, "status", "--porcelain")).toBe("");
  });
});
