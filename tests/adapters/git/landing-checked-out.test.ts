import { readFile, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { token } from "../../../src/core/ids.ts";
import {
  commitAll,
  fingerprint,
  opened,
  person,
  repository,
  signal,
  tried,
  worked,
  write,
} from "../../support/git-fixture.ts";
import { landing } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\ntwo\nthree\n", "b.txt": "bee\n", ".gitignore": "*.secret\n" };

const head = (root: string, ref = "refs/heads/main") => person(root, "rev-parse", ref);

describe("where the branch is checked out", () => {
  test("a clean tree is fast-forwarded, files and all", async () => {
    const at = await opened(await repository(files));
    const { publish, to } = await landing(at, { "b.txt": "landed\n", "new.txt": "new\n" });
    expect(await publish()).toEqual({ kind: "landed", commit: to });
    expect(head(at.root)).toBe(to);
    expect(person(at.root, "status", "--porcelain")).toBe("");
    expect(await readFile(join(at.root, "new.txt"), "utf8")).toBe("new\n");
  });

  test("edits, staged changes and stash elsewhere in the tree survive byte for byte", async () => {
    const at = await opened(await repository(files));
    await write(at.root, { "a.txt": "stashed\n" });
    person(at.root, "stash");
    await write(at.root, { "a.txt": "staged\n", "staged.txt": "s\n", "untracked.txt": "u\n" });
    person(at.root, "add", "a.txt", "staged.txt");
    await write(at.root, { "a.txt": "edited after staging\n", "x.secret": "ignored\n" });
    const index = person(at.root, "ls-files", "--stage", "--", "a.txt", "staged.txt");
    const stash = person(at.root, "stash", "list", "--format=%H");
    const { publish } = await landing(at, { "b.txt": "landed\n" });
    expect((await publish()).kind).toBe("landed");
    expect(await readFile(join(at.root, "a.txt"), "utf8")).toBe("edited after staging\n");
    expect(person(at.root, "ls-files", "--stage", "--", "a.txt", "staged.txt")).toBe(index);
    expect(person(at.root, "stash", "list", "--format=%H")).toBe(stash);
    expect(person(at.root, "status", "--porcelain")).toBe(
      "MM a.txt\nA  staged.txt\n?? untracked.txt",
    );
  });

  const inTheWay: readonly (readonly [string, (root: string) => Promise<void>])[] = [
    ["an edit", (root) => write(root, { "b.txt": "mine\n" })],
    [
      "a staged change",
      async (root) => {
        await write(root, { "b.txt": "mine\n" });
        person(root, "add", "b.txt");
      },
    ],
    ["an untracked file", (root) => write(root, { "new.txt": "mine\n" })],
    ["an ignored file", (root) => write(root, { "new.secret": "mine\n" })],
    ["a removed file", (root) => rm(join(root, "b.txt"))],
    [
      "an edit that git was told not to look at",
      async (root) => {
        person(root, "update-index", "--assume-unchanged", "b.txt");
        await write(root, { "b.txt": "mine\n" });
      },
    ],
    [
      "an edit of a file marked to be skipped",
      async (root) => {
        person(root, "update-index", "--skip-worktree", "b.txt");
        await write(root, { "b.txt": "mine\n" });
      },
    ],
    ["a lock of git's", (root) => write(root, { ".git/index.lock": "" })],
    [
      "a merge in progress",
      async (root) => {
        person(root, "checkout", "-q", "-b", "other");
        await write(root, { "c.txt": "c\n" });
        commitAll(root, "Other");
        person(root, "checkout", "-q", "main");
        person(root, "merge", "--no-ff", "--no-commit", "other");
      },
    ],
    [
      "a bisection",
      async (root) => {
        person(root, "bisect", "start");
      },
    ],
    [
      "a revert in progress",
      async (root) => {
        await write(root, { "a.txt": "mine\n" });
        commitAll(root, "Mine");
        person(root, "revert", "--no-commit", "HEAD");
      },
    ],
    [
      "a cherry-pick in progress",
      async (root) => {
        person(root, "checkout", "-q", "-b", "other");
        await write(root, { "a.txt": "other\n" });
        const other = commitAll(root, "Other");
        person(root, "checkout", "-q", "main");
        await write(root, { "a.txt": "mine\n" });
        commitAll(root, "Mine");
        expect(tried(root, "cherry-pick", other)).not.toBe(0);
      },
    ],
  ];

  test.each(inTheWay)("%s in the way parks the work and changes nothing", async (_, arrange) => {
    const at = await opened(await repository(files));
    await arrange(at.root);
    const more = { "b.txt": "landed\n", "new.txt": "new\n", "new.secret": "x\n" };
    const { publish, to, task } = await landing(at, { ".gitignore": "", ...more });
    const before = await fingerprint(at.root);
    const first = await publish();
    expect(first.kind).toBe("parked");
    expect(await fingerprint(at.root)).toBe(before);
    expect(head(at.root, "refs/heads/orch/ready")).toBe(to);
    expect(await at.repo.landingOf(task, signal)).toBeNull();
  });

  test("a lock that a dead process of ours left on the landing is no obstacle", async () => {
    const at = await opened(await repository(files));
    const { publish, to, task } = await landing(at, { "b.txt": "landed\n" });
    const lock = join(at.root, `.git/refs/orch/merged/${task}.lock`);
    await write(at.root, { [`.git/refs/orch/merged/${task}.lock`]: "" });
    await utimes(lock, 0, 0);
    expect(await publish()).toEqual({ kind: "landed", commit: to });
    expect(await readFile(join(at.root, "b.txt"), "utf8")).toBe("landed\n");
  });

  test("parked work lands when nothing is in its way any more", async () => {
    const at = await opened(await repository(files));
    await write(at.root, { "b.txt": "mine\n" });
    const { publish, to } = await landing(at, { "b.txt": "landed\n" });
    expect(await publish()).toMatchObject({
      kind: "parked",
      why: expect.stringContaining("b.txt"),
    });
    person(at.root, "checkout", "--", "b.txt");
    expect(await publish()).toEqual({ kind: "landed", commit: to });
    expect(tried(at.root, "rev-parse", "-q", "--verify", "refs/heads/orch/ready")).not.toBe(0);
  });

  test("parked work that lands in a later merge leaves no branch behind", async () => {
    const at = await opened(await repository(files));
    await write(at.root, { "b.txt": "mine\n" });
    const parked = await landing(at, { "b.txt": "landed\n" });
    expect((await parked.publish()).kind).toBe("parked");
    const other = await landing(at, { "new.txt": "new\n" }, 2);
    expect((await other.publish()).kind).toBe("landed");
    expect(head(at.root, "refs/heads/orch/ready")).toBe(parked.to);
    person(at.root, "checkout", "--", "b.txt");
    const again = { ...(await worked(at.repo, 1, { "b.txt": "landed\n" })), token: token(3) };
    expect((await at.repo.publish(again, signal)).kind).toBe("landed");
    expect(tried(at.root, "rev-parse", "-q", "--verify", "refs/heads/orch/ready")).not.toBe(0);
  });

  test("parked work that the person merges themselves counts as landed", async () => {
    const at = await opened(await repository(files));
    await write(at.root, { "b.txt": "mine\n" });
    const { publish, to, task } = await landing(at, { "b.txt": "landed\n" });
    await publish();
    person(at.root, "checkout", "--", "b.txt");
    person(at.root, "merge", "-q", "orch/ready");
    expect(await at.repo.landingOf(task, signal)).toBe(to);
    expect(await publish()).toEqual({ kind: "landed", commit: to });
  });

  test("a rebase of the branch is left to finish", async () => {
    const root = await repository(files);
    person(root, "branch", "other");
    await write(root, { "a.txt": "mine\n" });
    commitAll(root, "Mine");
    const at = await opened(root);
    person(root, "checkout", "-q", "other");
    await write(root, { "a.txt": "other\n" });
    commitAll(root, "Other");
    expect(tried(root, "rebase", "other", "main")).not.toBe(0);
    const { publish } = await landing(at, { "b.txt": "landed\n" });
    const before = await fingerprint(root);
    expect(await publish()).toMatchObject({ why: expect.stringContaining("rebase") });
    expect(await fingerprint(root)).toBe(before);
  });
});
