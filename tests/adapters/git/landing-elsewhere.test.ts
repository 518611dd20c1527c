import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { token } from "../../../src/core/ids.ts";
import { opened, person, repository, signal, write } from "../../support/git-fixture.ts";
import { landing } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\ntwo\nthree\n", "b.txt": "bee\n", ".gitignore": "*.secret\n" };

const head = (root: string, ref = "refs/heads/main") => person(root, "rev-parse", ref);

describe("where the branch is not checked out", () => {
  const elsewhere: readonly (readonly [string, (root: string) => void])[] = [
    ["another branch", (root) => person(root, "checkout", "-q", "-b", "wip")],
    ["a detached HEAD", (root) => person(root, "checkout", "-q", "--detach")],
  ];
  test.each(elsewhere)("%s, index, stash and files stay as they are", async (_, leave) => {
    const root = await repository(files);
    await write(root, { "a.txt": "stashed\n" });
    person(root, "stash");
    leave(root);
    const at = await opened(root, { branch: "main" });
    await write(root, { "a.txt": "edited\n", "staged.txt": "s\n", "b.txt": "mine\n" });
    person(root, "add", "staged.txt");
    const { publish, to } = await landing(at, { "b.txt": "landed\n" });
    const status = person(root, "status", "--porcelain");
    const index = await readFile(join(root, ".git/index"));
    const stash = person(root, "rev-parse", "stash@{0}");
    expect(await publish()).toEqual({ kind: "landed", commit: to });
    expect(head(root)).toBe(to);
    expect(person(root, "rev-parse", "HEAD")).not.toBe(to);
    expect(person(root, "status", "--porcelain")).toBe(status);
    expect(person(root, "rev-parse", "stash@{0}")).toBe(stash);
    expect(person(root, "ls-files", "--stage")).toContain("staged.txt");
    expect(await readFile(join(root, "b.txt"), "utf8")).toBe("mine\n");
    expect((await readFile(join(root, ".git/index"))).length).toBe(index.length);
  });
});

test("while git is at work in some work tree the landing waits", async () => {
  const root = await repository(files);
  person(root, "checkout", "-q", "-b", "wip");
  const at = await opened(root, { branch: "main" });
  const { publish, from } = await landing(at, { "b.txt": "landed\n" });
  // a checkout of the branch holds this lock long before HEAD names the branch
  await write(root, { ".git/index.lock": "" });
  expect((await publish()).kind).toBe("parked");
  expect(head(root)).toBe(from);
});

describe("after a crash", () => {
  test("a landing whose last step is missing is found and finished", async () => {
    const at = await opened(await repository(files));
    const { task, from, candidate } = await landing(at, { "b.txt": "landed\n" });
    const merge = await at.repo.merge(from, candidate, "Without a trailer\n", signal);
    if (merge.kind !== "merged") throw new Error(merge.kind);
    const to = merge.commit;
    const publish = () => at.repo.publish({ task, from, to, token: token(1) }, signal);
    await publish();
    // as if the process had died between the fast-forward and the commit of its transaction
    person(at.root, "update-ref", `refs/orch/intent/${task}/${to}`, to);
    person(at.root, "update-ref", "-d", `refs/orch/merged/${task}`);
    expect(await at.repo.landingOf(task, signal)).toBe(to);
    expect(await publish()).toEqual({ kind: "landed", commit: to });
    expect(head(at.root, `refs/orch/merged/${task}`)).toBe(to);
  });

  test("an intent that was never carried out is no landing", async () => {
    const at = await opened(await repository(files));
    const { publish, to, task } = await landing(at, { "b.txt": "landed\n" });
    await at.repo.keep(task, 1, to, signal);
    person(at.root, "update-ref", `refs/orch/intent/${task}/${to}`, to);
    expect(await at.repo.landingOf(task, signal)).toBeNull();
    expect((await publish()).kind).toBe("landed");
  });

  test("with all references lost the trailer still tells", async () => {
    const at = await opened(await repository(files));
    const { publish, to, task } = await landing(at, { "b.txt": "landed\n" });
    await publish();
    person(at.root, "update-ref", "-d", `refs/orch/merged/${task}`);
    expect(await at.repo.landingOf(task, signal)).toBe(to);
  });

  test("a landing that was reverted may be made again", async () => {
    const at = await opened(await repository(files));
    const first = await landing(at, { "b.txt": "landed\n" });
    await first.publish();
    person(at.root, "revert", "--no-edit", "-m", "1", first.to);
    expect(await at.repo.landingOf(first.task, signal)).toBeNull();
    const again = await landing(at, { "b.txt": "better\n" });
    expect(await again.publish()).toEqual({ kind: "landed", commit: again.to });
    expect(await at.repo.landingOf(first.task, signal)).toBe(again.to);
  });
});
