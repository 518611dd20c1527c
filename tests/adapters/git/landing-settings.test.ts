import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  fingerprint,
  folder,
  opened,
  person,
  repository,
  write,
} from "../../support/git-fixture.ts";
import { landing } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\ntwo\nthree\n", "b.txt": "bee\n", ".gitignore": "*.secret\n" };

describe("where the branch is checked out with settings of the person's", () => {
  test("the person's hooks and merge settings have no say", async () => {
    const root = await repository(files);
    const trap = join(await folder(), "trapped");
    for (const hook of ["post-merge", "reference-transaction", "pre-merge-commit"]) {
      await write(root, { [`.git/hooks/${hook}`]: `#!/bin/sh\ntouch ${trap}\nexit 1\n` });
      await chmod(join(root, ".git/hooks", hook), 0o755);
    }
    person(root, "config", "merge.ff", "false");
    person(root, "config", "merge.verifySignatures", "true");
    person(root, "config", "commit.gpgSign", "true");
    const at = await opened(root);
    const { publish } = await landing(at, { "b.txt": "landed\n" });
    expect((await publish()).kind).toBe("landed");
    await expect(stat(trap)).rejects.toThrow("ENOENT");
  });

  test("new attributes never start the person's filters", async () => {
    const root = await repository(files);
    const trap = join(await folder(), "trapped");
    person(root, "config", "filter.trap.smudge", `sh -c 'touch ${trap}; cat'`);
    const at = await opened(root);
    const more = { ".gitattributes": "* filter=trap\n", "b.txt": "landed\n" };
    const { publish } = await landing(at, more);
    expect(await publish()).toMatchObject({ kind: "parked" });
    await expect(stat(trap)).rejects.toThrow("ENOENT");
  });

  test("line ends are written as the person's own git would", async () => {
    const home = await folder();
    await write(home, { ".gitconfig": "[core]\n\tautocrlf = true\n" });
    const at = await opened(await repository({ ...files, ".gitattributes": "*.txt text\n" }));
    const { publish } = await landing(at, { "new.txt": "one\n" });
    const before = process.env["HOME"];
    process.env["HOME"] = home;
    try {
      expect((await publish()).kind).toBe("landed");
    } finally {
      process.env["HOME"] = before;
    }
    expect(await readFile(join(at.root, "new.txt"), "utf8")).toBe("one\r\n");
    expect(person(at.root, "-c", "core.autocrlf=true", "status", "--porcelain")).toBe("");
  });

  test("a linked worktree of the person's counts as checked out", async () => {
    const root = await repository(files);
    const linked = join(await folder(), "linked");
    person(root, "checkout", "-q", "-b", "wip");
    person(root, "worktree", "add", "-q", linked, "main");
    const at = await opened(root, { branch: "main" });
    await write(linked, { "a.txt": "edited\n" });
    const before = await fingerprint(root);
    const { publish, to } = await landing(at, { "b.txt": "landed\n" });
    expect((await publish()).kind).toBe("landed");
    expect(person(linked, "rev-parse", "HEAD")).toBe(to);
    expect(await readFile(join(linked, "b.txt"), "utf8")).toBe("landed\n");
    expect(person(linked, "status", "--porcelain")).toBe(" M a.txt");
    expect(await fingerprint(root)).not.toBe(before); // main moved
    expect(person(root, "symbolic-ref", "HEAD")).toBe("refs/heads/wip");
    expect(person(root, "status", "--porcelain")).toBe("");
  });

  test("files that a sparse checkout leaves out stay out", async () => {
    const at = await opened(await repository({ ...files, "away/x.txt": "x\n" }));
    person(at.root, "sparse-checkout", "set", "--no-cone", "/*", "!/away/");
    const { publish } = await landing(at, { "away/x.txt": "landed\n", "b.txt": "landed\n" });
    expect((await publish()).kind).toBe("landed");
    await expect(stat(join(at.root, "away"))).rejects.toThrow("ENOENT");
    expect(person(at.root, "status", "--porcelain")).toBe("");
  });
});
