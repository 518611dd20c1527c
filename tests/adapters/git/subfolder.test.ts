import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectName, token } from "../../../src/core/ids.ts";
import {
  opened,
  repository,
  signal,
  snapshotLimits,
  taken,
  worked,
  write,
} from "../../support/git-fixture.ts";

const files = { "a.txt": "one\n" };

describe("a project in a folder of a repository", () => {
  const both = { "one/a.txt": "one\n", "two/a.txt": "two\n", "top.txt": "top\n" };

  test("works in its folder, sees paths from there, and lands", async () => {
    const root = await repository(both);
    const { repo } = await opened(join(root, "one"));
    const { commit: at } = await repo.sync(signal);
    expect(await repo.list(at, 10, signal)).toEqual(["a.txt"]);
    expect(await repo.read(at, "a.txt", 10, signal)).toBe("one\n");
    const work = await worked(repo, 1, { "a.txt": "changed\n" });
    expect((await repo.publish({ ...work, token: token(1) }, signal)).kind).toBe("landed");
    expect(await readFile(join(root, "one/a.txt"), "utf8")).toBe("changed\n");
    const { changes, text } = await repo.diff(at, work.to, 1_000, signal);
    expect(changes.map(({ path }) => path)).toEqual(["a.txt"]);
    expect(text).toContain("+++ b/a.txt");
  });

  test("may not change what is outside its folder", async () => {
    const root = await repository(both);
    const { repo } = await opened(join(root, "one"));
    const { commit: at } = await repo.sync(signal);
    await using workspace = await repo.open({ at, name: "work-1" }, signal);
    await write(workspace.path, { "../top.txt": "changed\n", "a.txt": "changed\n" });
    expect(await repo.snapshot(workspace, snapshotLimits, signal)).toEqual({
      kind: "refused",
      problems: ["top.txt: outside the project's folder"],
    });
  });

  test("keeps its trail and its installed folders apart from the repository's", async () => {
    const root = await repository(both);
    const { repo } = await opened(join(root, "one"));
    const { commit: at } = await repo.sync(signal);
    await using workspace = await repo.open({ at, name: "work-1" }, signal);
    await workspace.shield(["node_modules"]);
    await write(workspace.path, { ".orch/x": "x", "node_modules/x": "x", "b.txt": "b\n" });
    const work = await taken(repo, workspace);
    expect(work.changes.map(({ path }) => path)).toEqual(["b.txt"]);
    const exclude = await readFile(join(root, ".git/info/exclude"), "utf8");
    expect(exclude.split("\n").filter((line) => line === "/one/.orch/")).toHaveLength(1);
  });

  test("shares hub and branch with its neighbour, not the fence", async () => {
    const root = await repository(both);
    const one = await opened(join(root, "one"));
    const hubsDir = one.options.hubsDir;
    const two = await opened(join(root, "two"), { hubsDir, project: projectName("two") });
    const first = await worked(one.repo, 1, { "a.txt": "first\n" });
    const second = await worked(two.repo, 2, { "a.txt": "second\n" });
    expect((await one.repo.publish({ ...first, token: token(9) }, signal)).kind).toBe("landed");
    expect((await two.repo.publish({ ...second, token: token(1) }, signal)).kind).toBe("raced");
    const { commit: from } = await two.repo.sync(signal);
    const merge = await two.repo.merge(from, second.candidate, "Merge\n", signal);
    if (merge.kind !== "merged") throw new Error(merge.kind);
    const again = { task: second.task, from, to: merge.commit, token: token(1) };
    expect((await two.repo.publish(again, signal)).kind).toBe("landed");
    expect(await readFile(join(root, "one/a.txt"), "utf8")).toBe("first\n");
    expect(await readFile(join(root, "two/a.txt"), "utf8")).toBe("second\n");
  });

  test("that the branch does not have yet can be begun", async () => {
    const root = await repository(files);
    await write(root, { "new/.keep": "" });
    const { repo } = await opened(join(root, "new"));
    await rm(join(root, "new"), { recursive: true });
    const { commit: at } = await repo.sync(signal);
    expect(await repo.list(at, 10, signal)).toEqual([]);
    const work = await worked(repo, 1, { "a.txt": "begun\n" });
    expect((await repo.publish({ ...work, token: token(1) }, signal)).kind).toBe("landed");
  });
});
