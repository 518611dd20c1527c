import { readdir, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRepo } from "../../../src/adapters/git/open-repo.ts";
import { token } from "../../../src/core/ids.ts";
import {
  commitAll,
  fingerprint,
  folder,
  opened,
  person,
  repository,
  signal,
  task,
  tried,
  worked,
  write,
} from "../../support/git-fixture.ts";
import { landing } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\n", "d/b.txt": "two\n" };

async function hubOf(hubsDir: string): Promise<string> {
  const name = (await readdir(hubsDir)).find((each) => each.endsWith(".hub.git"));
  return join(hubsDir, name ?? "none");
}

test("the hub shares packs and leaves the person's repository as it is", async () => {
  const root = await repository(files);
  person(root, "repack", "-adq");
  const before = await fingerprint(root);
  const { repo, options } = await opened(root);
  await repo.sync(signal);
  const hub = await hubOf(options.hubsDir);
  const packs = await readdir(join(hub, "objects/pack"));
  const pack = packs.find((name) => name.endsWith(".pack")) ?? "";
  expect((await stat(join(hub, "objects/pack", pack))).nlink).toBe(2);
  expect(await fingerprint(root)).toBe(before);
  // what the person collects as garbage stays with us
  person(root, "gc", "-q", "--prune=now");
  await worked(repo, 1, { "a.txt": "changed\n" });
});

test("a branch that the person rewrote is followed, and earlier work brings nothing back", async () => {
  const root = await repository(files);
  await write(root, { "dropped.txt": "dropped\n" });
  commitAll(root, "To be dropped");
  const { repo } = await opened(root);
  const work = await worked(repo, 1, { "a.txt": "changed\n" });
  person(root, "reset", "-q", "--hard", "HEAD~1");
  await write(root, { "other.txt": "other\n" });
  const theirs = commitAll(root, "Instead");
  const { commit: from } = await repo.sync(signal);
  expect(from).toBe(theirs);
  const message = `Merge\n\nOrch-Task: ${task(1)}\n`;
  const merge = await repo.merge(from, work.candidate, message, signal);
  if (merge.kind !== "merged") throw new Error(JSON.stringify(merge));
  expect(await repo.merge(from, work.candidate, message, signal)).toEqual(merge);
  const request = { task: task(1), from, to: merge.commit, token: token(1) };
  expect((await repo.publish(request, signal)).kind).toBe("landed");
  expect(await repo.list(merge.commit, 10, signal)).toEqual(["a.txt", "d/b.txt", "other.txt"]);
  expect(person(root, "log", "--format=%s", "main")).not.toContain("To be dropped");
});

test.each(["removed", "emptied", "headless", "gone"])(
  "a hub that is damaged (%s) is rebuilt, with the attempts that it held",
  async (damage) => {
    const root = await repository(files);
    const { repo, options } = await opened(root);
    const work = await worked(repo, 1, { "a.txt": "changed\n" });
    const kept = await worked(repo, 2, { "a.txt": "kept\n" });
    await repo.keep(task(2), 1, kept.candidate, signal);
    const hub = await hubOf(options.hubsDir);
    const blob = person(root, "rev-parse", "main:d/b.txt");
    const object = join(hub, "objects", blob.slice(0, 2), blob.slice(2));
    if (damage === "removed") await rm(object);
    if (damage === "emptied") {
      await rm(object);
      await writeFile(object, "");
    }
    if (damage === "headless") await truncate(join(hub, "HEAD"));
    if (damage === "gone") await rm(hub, { recursive: true });
    await rm(options.workspacesDir, { recursive: true });
    const { commit: at } = await repo.sync(signal);
    await using workspace = await repo.open({ at, name: "work-3" }, signal);
    expect(person(workspace.path, "status", "--porcelain")).toBe("");
    expect(await repo.read(kept.candidate, "a.txt", 10, signal)).toBe("kept\n");
    if (damage === "gone") return;
    expect(await repo.read(work.candidate, "a.txt", 10, signal)).toBe("changed\n");
  },
);

test("a damaged repository of the person's is named, not mended", async () => {
  const root = await repository(files);
  const blob = person(root, "rev-parse", "main:d/b.txt");
  await rm(join(root, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  const { repo } = await opened(root);
  await expect(repo.sync(signal)).rejects.toThrow(/git fetch failed/);
});

test("many sync and open at once", async () => {
  const root = await repository(files);
  const { options } = await opened(root);
  await rm(options.hubsDir, { recursive: true });
  const repos = await Promise.all(Array.from({ length: 6 }, () => openRepo(options, signal)));
  await write(root, { "a.txt": "moved\n" });
  const tip = commitAll(root, "Moved");
  const heads = await Promise.all(repos.map((repo) => repo.sync(signal)));
  expect(new Set(heads.map(({ commit }) => commit))).toEqual(new Set([tip]));
});

test("a lock that a killed git left in the hub is removed, a fresh one is not", async () => {
  const root = await repository(files);
  const { repo, options } = await opened(root);
  await repo.sync(signal);
  commitAll(root, "Moved");
  const lock = join(await hubOf(options.hubsDir), "refs/heads/main.lock");
  await writeFile(lock, "");
  await expect(repo.sync(signal)).rejects.toThrow("File exists");
  await utimes(lock, new Date(0), new Date(0));
  expect((await repo.sync(signal)).commit).toBe(person(root, "rev-parse", "main"));
});

test("a lock that a killed landing left in the person's repository is removed", async () => {
  const root = await repository(files);
  const { repo } = await opened(root);
  const work = await worked(repo, 1, { "a.txt": "changed\n" });
  await repo.fence(token(1), signal);
  for (const ref of ["refs/orch/fence/demo", `refs/orch/merged/${task(1)}`]) {
    const lock = join(root, ".git", `${ref}.lock`);
    await write("/", { [lock]: "" });
    await utimes(lock, new Date(0), new Date(0));
  }
  expect((await repo.publish({ ...work, token: token(2) }, signal)).kind).toBe("landed");
});

test("a push goes to the upstream, as far as that allows it", async () => {
  const upstream = await repository(files);
  const bare = join(await folder(), "bare.git");
  person(upstream, "clone", "-q", "--bare", upstream, bare);
  const root = join(await folder(), "clone");
  person(bare, "clone", "-q", bare, root);
  const { repo } = await opened(root);
  const work = await worked(repo, 1, { "a.txt": "changed\n" });
  await repo.publish({ ...work, token: token(1) }, signal);
  await write(root, { ".git/hooks/pre-push": "#!/bin/sh\nexit 1\n" });
  person(root, "config", "core.hooksPath", join(root, ".git/hooks"));
  expect(await repo.push(signal)).toEqual({ kind: "pushed" });
  expect(person(bare, "rev-parse", "main")).toBe(work.to);
  person(
    bare,
    "update-ref",
    "refs/heads/main",
    person(bare, "commit-tree", "-m", "x", "main^{tree}"),
  );
  expect(await repo.push(signal)).toMatchObject({ kind: "refused" });
  person(root, "branch", "--unset-upstream", "main");
  expect(await repo.push(signal)).toMatchObject({ why: expect.stringContaining("no upstream") });
  expect(tried(root, "diff", "--quiet")).toBe(0);
});

test("after a landing the hub has the branch already, and after a rewrite the person's again", async () => {
  const root = await repository(files);
  const at = await opened(root);
  const { publish, from, to } = await landing(at, { "a.txt": "landed\n" });
  expect(await publish()).toEqual({ kind: "landed", commit: to });
  const hub = await hubOf(at.options.hubsDir);
  expect(person(hub, "rev-parse", "refs/heads/main")).toBe(to);
  expect((await at.repo.sync(signal)).commit).toBe(to);
  person(root, "reset", "-q", "--hard", from);
  expect((await at.repo.sync(signal)).commit).toBe(from);
  expect(person(hub, "rev-parse", "refs/heads/main")).toBe(from);
});
