import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRepo } from "../../../src/adapters/git/open-repo.ts";
import { instant, token } from "../../../src/core/ids.ts";
import type { Repo } from "../../../src/ports/repo.ts";
import {
  commitAll,
  fingerprint,
  opened,
  person,
  repository,
  rescues,
  run,
  signal,
  task,
  worked,
  write,
} from "../../support/git-fixture.ts";

const files = { "a.txt": "one\n", "b.txt": "two\n", "gone.txt": "three\n" };
const about = { task: task(1), attempt: 1, why: "out of time" };
const name = `work-${task(1)}-1`;

/** Leaves a workspace with some work in it, kept or not. */
async function left(repo: Repo, more: Readonly<Record<string, string | Buffer>>) {
  const { commit: at } = await repo.sync(signal);
  const workspace = await repo.open({ at, name }, signal);
  await write(workspace.path, more);
  return workspace;
}

const show = (root: string, what: string): string => person(root, "show", what);

describe("a workspace that is given up", () => {
  test("has its work kept in the person's repository, once, and nothing of theirs changes", async () => {
    let at = Date.now();
    // the same files are kept once, whenever that is asked
    const now = () => {
      at += 5_000;
      return instant(at);
    };
    const { repo, root } = await opened(await repository(files), { now });
    const before = await fingerprint(root);
    await using workspace = await left(repo, { "a.txt": "one\nhalf\n", "new/deep.bin": "\0\x01" });
    await rm(join(workspace.path, "gone.txt"));
    const first = await repo.rescue(workspace, about, signal);
    const again = await repo.rescue(workspace, about, signal);
    expect(again?.ref).toBe(first?.ref);
    expect(first).toMatchObject({
      ref: `refs/orch/rescue/${task(1)}/1`,
      leftOut: [],
      why: "out of time",
    });
    expect(first?.changes.map(({ path, status }) => `${status} ${path}`).sort()).toEqual([
      "added new/deep.bin",
      "deleted gone.txt",
      "modified a.txt",
    ]);
    expect(rescues(root)).toEqual([[first?.ref, first?.commit]]);
    expect(show(root, `${first?.ref}:a.txt`)).toBe("one\nhalf");
    expect(await fingerprint(root)).toBe(before);
    await write(workspace.path, { "a.txt": "one\nhalf\nmore\n" });
    expect((await repo.rescue(workspace, about, signal))?.ref).toBe(
      `refs/orch/rescue/${task(1)}/2`,
    );
  });

  test("as it was opened leaves nothing to keep", async () => {
    const { repo, root } = await opened(await repository(files));
    await using workspace = await left(repo, {});
    expect(await repo.rescue(workspace, about, signal)).toBeNull();
    await rm(workspace.path, { recursive: true });
    expect(await repo.rescue(workspace, about, signal)).toBeNull();
    expect(rescues(root)).toEqual([]);
  });

  test("has what cannot be a commit left out by name, and all else kept", async () => {
    const { repo, root } = await opened(await repository({ ...files, ".gitignore": "ignored\n" }));
    await using workspace = await left(repo, {
      "a.txt": "work\n",
      ignored: "x",
      ".orch/x.md": "x",
    });
    const nested = join(workspace.path, "nested");
    await mkdir(nested);
    await write(nested, { "inside.txt": "inside\n" });
    person(nested, "init", "-q");
    commitAll(nested, "Nested");
    await symlink("/etc/passwd", join(workspace.path, "out"));
    await symlink("a.txt", join(workspace.path, "in"));
    run("mkfifo", [join(workspace.path, "pipe")]);
    await writeFile(join(workspace.path, "large.bin"), Buffer.alloc(21 * 1024 * 1024));
    const kept = await repo.rescue(workspace, about, signal);
    expect(kept?.changes.map(({ path }) => path)).toEqual(["a.txt", "in"]);
    const named = kept?.leftOut.map((each) => each.split(": ")[0]).sort();
    expect(named).toEqual(["large.bin", "nested/.git", "out", "pipe"]);
    const message = person(root, "log", "-1", "--format=%B", kept?.ref ?? "");
    for (const each of ["large.bin", "nested/.git", "out", "pipe"])
      expect(message).toContain(`- ${each}: `);
    expect(message).toContain("Orch-Why: out of time");
  });

  test("whose only change git will not take is told all the same", async () => {
    const { repo } = await opened(await repository(files));
    await using workspace = await left(repo, {});
    const nested = join(workspace.path, "nested");
    await mkdir(nested);
    person(nested, "init", "-q");
    const kept = await repo.rescue(workspace, about, signal);
    expect(kept?.changes).toEqual([]);
    expect(kept?.leftOut).toHaveLength(1);
  });
});

describe("what a dead process left in a workspace is kept before", () => {
  test("a fresh start under the same name", async () => {
    const { repo, root, options } = await opened(await repository(files));
    (await left(repo, { "half.txt": "half\n" })).keep();
    const again = await openRepo(options, signal);
    const { commit: at } = await again.sync(signal);
    await using workspace = await again.open({ at, name }, signal);
    expect(rescues(root).map(([ref]) => show(root, `${ref}:half.txt`))).toEqual(["half"]);
    expect(await again.rescue(workspace, about, signal)).toBeNull();
  });

  test("a workspace whose own git is damaged is used anew", async () => {
    const { repo, root } = await opened(await repository(files));
    const workspace = await left(repo, { "half.txt": "half\n" });
    workspace.keep();
    await rm(join(workspace.path, ".git"), { recursive: true });
    expect(await repo.reopen(name, workspace.base, signal)).toBeNull();
    await using _anew = await left(repo, {});
    expect(rescues(root).map(([ref]) => show(root, `${ref}:half.txt`))).toEqual(["half"]);
  });

  test("the task is swept, landed or not", async () => {
    const { repo, root, options } = await opened(await repository(files));
    (await left(repo, { "half.txt": "half\n" })).keep();
    await repo.sweep(task(1), signal);
    expect(rescues(root).map(([ref]) => show(root, `${ref}:half.txt`))).toEqual(["half"]);
    const base = person(root, "rev-parse", "main");
    expect(await (await openRepo(options, signal)).reopen(name, base as never, signal)).toBeNull();
  });

  test("a task begins its next attempt; the workspaces that are named stay", async () => {
    const { repo, root } = await opened(await repository(files));
    const one = await left(repo, { "half.txt": "half\n" });
    one.keep();
    const other = `work-${task(1)}-2`;
    const two = await repo.open({ at: one.base, name: other }, signal);
    await write(two.path, { "b.txt": "also\n" });
    two.keep();
    const given = await repo.leave(task(1), { but: [other], why: "a new attempt" }, signal);
    expect(given.map(({ workspace, attempt }) => [workspace, attempt])).toEqual([[name, 1]]);
    expect(rescues(root)).toHaveLength(1);
    const found = await repo.reopen(other, one.base, signal);
    expect(found).not.toBeNull();
    await found?.[Symbol.asyncDispose]();
  });
});

test("what landed under another commit is proved by its change, and not kept twice", async () => {
  const { repo, root } = await opened(await repository(files));
  const first = await worked(repo, 1, { "b.txt": "picked\n" });
  await repo.keep(task(1), 1, first.candidate, signal);
  const second = await worked(repo, 1, { "a.txt": "second\n" });
  await repo.keep(task(1), 2, second.candidate, signal);
  person(root, "cherry-pick", first.candidate);
  const { commit: tip } = await repo.sync(signal);
  const merge = await repo.merge(tip, second.candidate, `Merge\n\nOrch-Task: ${task(1)}\n`, signal);
  if (merge.kind !== "merged") throw new Error("not merged");
  await repo.publish({ task: task(1), from: tip, to: merge.commit, token: token(1) }, signal);
  await repo.sweep(task(1), signal);
  expect(person(root, "for-each-ref", "--format=%(refname)", "refs/orch/attempts/")).toBe("");
  expect(rescues(root)).toEqual([]);
});
