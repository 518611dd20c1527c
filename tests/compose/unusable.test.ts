/** What is told without git is what git itself tells. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspectRepo } from "../../src/adapters/git/inspect.ts";
import { whyUnusable } from "../../src/compose/unusable.ts";
import { folder, person, signal } from "../support/git-fixture.ts";

async function empty(): Promise<string> {
  const path = await folder();
  person(path, "init", "-q", "-b", "main");
  return path;
}

async function filled(): Promise<string> {
  const path = await empty();
  person(path, "commit", "-q", "--allow-empty", "-m", "Start");
  return path;
}

async function file(): Promise<string> {
  const path = join(await folder(), "file");
  await writeFile(path, "");
  return path;
}

async function worktree(): Promise<string> {
  const path = join(await folder(), "tree");
  person(await filled(), "worktree", "add", "-q", path, "-b", "other");
  return path;
}

async function packed(): Promise<string> {
  const path = await filled();
  person(path, "pack-refs", "--all");
  return path;
}

async function below(): Promise<string> {
  const path = join(await filled(), "a", "b");
  await mkdir(path, { recursive: true });
  return path;
}

async function deepBranch(): Promise<string> {
  const path = await filled();
  person(path, "checkout", "-q", "-b", "a/b/c");
  person(path, "branch", "-q", "-D", "main");
  return path;
}

async function bare(): Promise<string> {
  const path = join(await folder(), "bare.git");
  person(await folder(), "clone", "-q", "--bare", await filled(), path);
  return path;
}

async function submodule(): Promise<string> {
  const path = await filled();
  person(path, "submodule", "--quiet", "add", await filled(), "part");
  return join(path, "part");
}

async function torn(): Promise<string> {
  const path = await folder();
  await writeFile(join(path, ".git"), "gitdir: /nowhere\n");
  return path;
}

test.each([
  ["a repository", filled],
  ["one whose references are packed", packed],
  ["one whose only branch has slashes in its name", deepBranch],
  ["a folder in one", below],
  ["a linked worktree", worktree],
  ["a bare one", bare],
  ["a submodule", submodule],
])("%s can be worked in", async (_, make) => {
  const path = await make();
  expect(whyUnusable(path)).toBeNull();
  const errors = (await inspectRepo(path, "orch/", signal)).filter(
    ({ severity }) => severity === "error",
  );
  expect(errors).toEqual([]);
});

test.each([
  ["a folder that is gone", async () => join(await folder(), "gone"), "does not exist"],
  ["a file", file, "is not a folder"],
  ["a folder without a repository", folder, "is not in a git repository"],
  ["a worktree whose repository is gone", torn, "is not in a git repository"],
  ["a repository without commits", empty, "has no commits yet"],
])("%s cannot be worked in, and says what to do", async (_, make, what) => {
  const path = await make();
  const trouble = whyUnusable(path);
  expect(trouble?.what).toContain(what);
  expect(trouble?.what).toContain(path);
  expect(trouble?.hint).not.toBe("");
  expect((await inspectRepo(path, "orch/", signal)).map(({ severity }) => severity)).toContain(
    "error",
  );
});
