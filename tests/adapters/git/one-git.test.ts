import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git, gitText } from "../../../src/adapters/git/git.ts";
import { branchRef } from "../../../src/adapters/git/refs.ts";
import { folder, person, repository, signal, write } from "../../support/git-fixture.ts";

/** A word by which a program would be started. */
const asProgram = /["'`](?:[\w/]*\/)?git["'`]/;

test("only one file starts git", async () => {
  const root = join(import.meta.dirname, "../../../src");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(20);
  const starting: string[] = [];
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    const code = (await readFile(path, "utf8")).replace(/^\s*(\/\/|\/?\*).*$/gm, "");
    if (asProgram.test(code)) starting.push(path.slice(root.length + 1));
  }
  expect(starting).toEqual(["adapters/git/git.ts"]);
  expect(asProgram.test('run(["git", "gc"])')).toBe(true);
});

test("hooks, file monitors and settings of a repository are not run", async () => {
  const root = await repository();
  const trap = join(await folder(), "trapped");
  await write(root, { "trap.sh": `#!/bin/sh\ntouch ${trap}\n` });
  person(root, "config", "core.fsmonitor", `sh ${root}/trap.sh`);
  person(root, "config", "core.hooksPath", root);
  person(root, "config", "core.sshCommand", `sh ${root}/trap.sh`);
  await write(root, { "reference-transaction": `#!/bin/sh\ntouch ${trap}\n` });
  await chmod(join(root, "reference-transaction"), 0o755);
  person(root, "-c", "core.fsmonitor=false", "update-index", "--chmod=-x", "a.txt");
  const gitDir = join(root, ".git");
  await git({ gitDir, workTree: root, args: ["status"] }, signal);
  await git({ gitDir, args: ["update-ref", "refs/orch/x", "HEAD"] }, signal);
  const fetched = await git({ gitDir, args: ["fetch", "ssh://nowhere.invalid/x"] }, signal);
  expect(fetched.stderr).toContain("not allowed");
  await expect(readFile(trap)).rejects.toThrow("ENOENT");
});

test("the caller's variables of git's do not reach it", async () => {
  const root = await repository();
  process.env["GIT_DIR"] = "/nonexistent";
  process.env["GIT_CONFIG_COUNT"] = "1";
  try {
    expect(await gitText({ gitDir: null, cwd: root, args: ["branch"] }, signal)).toBe("* main");
  } finally {
    delete process.env["GIT_DIR"];
    delete process.env["GIT_CONFIG_COUNT"];
  }
});

test.each(["-d", "--upload-pack=sh", "a..b", "a b", "x.lock", "a\nb", ""])(
  "%j is no name of a branch",
  (name) => {
    expect(() => branchRef(name)).toThrow("cannot be the name of a branch");
  },
);

test("a branch name with a slash is one", () => {
  expect(branchRef("release/next")).toBe("refs/heads/release/next");
});
