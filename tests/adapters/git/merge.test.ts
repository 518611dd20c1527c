import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RawChange } from "../../../src/adapters/git/changes.ts";
import { unexplained } from "../../../src/adapters/git/invariants.ts";
import type { Repo } from "../../../src/ports/repo.ts";
import {
  commitAll,
  opened,
  person,
  repository,
  signal,
  taken,
  task,
  write,
} from "../../support/git-fixture.ts";

const lines = Array.from({ length: 20 }, (_, at) => `line ${at}\n`).join("");

/** One agent's work on the branch's head, done by `change` in its folder. */
async function candidateOf(repo: Repo, change: (path: string) => Promise<void>) {
  const { commit: at } = await repo.sync(signal);
  await using workspace = await repo.open({ at, name: "work-1" }, signal);
  await change(workspace.path);
  return (await taken(repo, workspace)).commit;
}

async function merged(repo: Repo, candidate: Awaited<ReturnType<typeof candidateOf>>) {
  const { commit: tip } = await repo.sync(signal);
  return repo.merge(tip, candidate, "Merge\n", signal);
}

test("a file that the person renamed takes the work's change with it", async () => {
  const root = await repository({ "old.txt": lines });
  const { repo } = await opened(root);
  const candidate = await candidateOf(repo, (path) =>
    write(path, { "old.txt": lines.replace("line 3", "changed") }),
  );
  person(root, "mv", "old.txt", "new.txt");
  commitAll(root, "Rename");
  const merge = await merged(repo, candidate);
  expect(merge).toMatchObject({ kind: "merged", changes: [{ path: "new.txt" }] });
});

test("a file that the work renamed takes the person's change with it", async () => {
  const root = await repository({ "old.txt": lines, "b.txt": "b\n" });
  const { repo } = await opened(root);
  const candidate = await candidateOf(repo, (path) =>
    rename(join(path, "old.txt"), join(path, "new.txt")),
  );
  await write(root, { "old.txt": lines.replace("line 3", "changed") });
  commitAll(root, "Change");
  const merge = await merged(repo, candidate);
  if (merge.kind !== "merged") throw new Error(merge.kind);
  expect(await repo.read(merge.commit, "new.txt", 1_000, signal)).toContain("changed");
  expect(merge.changes).toMatchObject([{ status: "renamed", from: "old.txt", path: "new.txt" }]);
});

test("two renames of one file collide by name", async () => {
  const root = await repository({ "old.txt": lines });
  const { repo } = await opened(root);
  const candidate = await candidateOf(repo, (path) =>
    rename(join(path, "old.txt"), join(path, "mine.txt")),
  );
  person(root, "mv", "old.txt", "theirs.txt");
  commitAll(root, "Rename");
  const merge = await merged(repo, candidate);
  if (merge.kind !== "conflicted") throw new Error(merge.kind);
  expect(merge.paths).toEqual(expect.arrayContaining(["mine.txt", "theirs.txt"]));
  expect(merge.detail).toContain("CONFLICT (rename/rename)");
});

test("a binary file that both changed collides, and ours stays in place", async () => {
  const zero = Buffer.from([0, 1, 2]);
  const root = await repository({ "x.bin": zero });
  const { repo } = await opened(root);
  const theirs = await candidateOf(repo, (path) => write(path, { "x.bin": Buffer.from([0, 9]) }));
  await write(root, { "x.bin": Buffer.from([0, 7]) });
  commitAll(root, "Change");
  expect(await merged(repo, theirs)).toMatchObject({ kind: "conflicted", paths: ["x.bin"] });
  const { commit: at } = await repo.sync(signal);
  await using open = await repo.openConflict({ at, name: "resolve-1", theirs }, signal);
  expect(await readFile(join(open.path, "x.bin"))).toEqual(Buffer.from([0, 7]));
});

test("the attributes of the branch decide, nobody's uncommitted ones", async () => {
  const root = await repository({ "log.txt": "a\nb\n", ".gitattributes": "log.txt merge=union\n" });
  const { repo } = await opened(root);
  const candidate = await candidateOf(repo, (path) => write(path, { "log.txt": "a\nmine\nb\n" }));
  await write(root, { "log.txt": "a\nyours\nb\n" });
  commitAll(root, "Change");
  await write(root, { ".gitattributes": "* merge=binary\n" });
  const merge = await merged(repo, candidate);
  if (merge.kind !== "merged") throw new Error(merge.kind);
  expect(await repo.read(merge.commit, "log.txt", 100, signal)).toContain("mine\n");
});

test("attributes that the work brings along do not decide on its own merge", async () => {
  const root = await repository({ "log.txt": "a\nb\n" });
  const { repo } = await opened(root);
  const candidate = await candidateOf(repo, (path) =>
    write(path, { "log.txt": "a\nmine\nb\n", ".gitattributes": "* merge=union\n" }),
  );
  await write(root, { "log.txt": "a\nyours\nb\n" });
  commitAll(root, "Change");
  expect((await merged(repo, candidate)).kind).toBe("conflicted");
});

test("commits carry the configured author, and the program's name where none is", async () => {
  const author = { name: "Bot", email: "bot@example.org" };
  for (const [more, expected] of [
    [{ author }, "Bot <bot@example.org>"],
    [{}, "orch <orch@localhost>"],
  ] as const) {
    const { repo, root } = await opened(await repository({ "a.txt": "a\n" }), more);
    const candidate = await candidateOf(repo, (path) => write(path, { "b.txt": "b\n" }));
    const merge = await merged(repo, candidate);
    if (merge.kind !== "merged") throw new Error(merge.kind);
    await repo.keep(task(1), 1, merge.commit, signal);
    const format = "--format=%an <%ae>|%cn <%ce>";
    const said = person(root, "log", "-n2", format, merge.commit, candidate).split("\n");
    expect(said).toEqual([`${expected}|${expected}`, `${expected}|${expected}`]);
  }
});

test("a candidate that only removes merges too", async () => {
  const root = await repository({ "a.txt": "a\n", "b.txt": "b\n" });
  const { repo } = await opened(root);
  const candidate = await candidateOf(repo, (path) => rm(join(path, "b.txt")));
  const merge = await merged(repo, candidate);
  expect(merge).toMatchObject({ changes: [{ path: "b.txt", status: "deleted" }] });
});

const change = (path: string, blob: string): RawChange => ({
  path,
  from: null,
  status: "M",
  oldMode: "100644",
  mode: "100644",
  blob,
});

test("a merge that touches more than its work, or less, is told", () => {
  const own = [change("a", "1")];
  const theirs = [change("b", "2")];
  expect(unexplained({ own, theirs, merged: own })).toEqual([]);
  expect(unexplained({ own, theirs, merged: [...own, change("b", "0")] })).toEqual(["b"]);
  expect(unexplained({ own, theirs, merged: [] })).toEqual(["a"]);
  expect(unexplained({ own, theirs, merged: [change("a", "9")] })).toEqual(["a"]);
  const both = [...theirs, change("a", "3")];
  expect(unexplained({ own, theirs: both, merged: [change("a", "4")] })).toEqual([]);
});
