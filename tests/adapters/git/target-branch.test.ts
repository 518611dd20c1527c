import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRepo } from "../../../src/adapters/git/open-repo.ts";
import { folder, opened, person, repository, signal } from "../../support/git-fixture.ts";
import { landsOn, refused } from "../../support/git-scenes.ts";

const files = { "a.txt": "one\n" };
describe("the branch to land on", () => {
  test("is the portfolio's first, with slashes too", async () => {
    const root = await repository(files);
    person(root, "branch", "release/next");
    expect(await landsOn(root, { branch: "release/next" })).toBe("release/next");
  });

  test("else the remote's default", async () => {
    const upstream = await repository(files, "develop");
    const root = join(await folder(), "clone");
    person(upstream, "clone", "-q", upstream, root);
    person(root, "branch", "main");
    expect(await landsOn(root)).toBe("develop");
  });

  test.each(["main", "master", "trunk"])("else the only usual one: %s", async (branch) => {
    const root = await repository(files, branch);
    person(root, "checkout", "-q", "-b", "wip");
    expect(await landsOn(root)).toBe(branch);
  });

  test("else the one of the first run, remembered", async () => {
    const root = await repository(files, "main");
    person(root, "branch", "master");
    person(root, "checkout", "-q", "-b", "work");
    const { repo, options } = await opened(root);
    expect((await repo.sync(signal)).branch).toBe("work");
    person(root, "checkout", "-q", "--detach");
    const again = await openRepo(options, signal);
    expect((await again.sync(signal)).branch).toBe("work");
  });

  test("none that can be told is refused by name", async () => {
    const root = await repository(files, "one");
    person(root, "checkout", "-q", "--detach");
    expect((await refused(root)).message).toContain("HEAD is detached");
    expect((await refused(root, { branch: "nowhere" })).message).toContain("`nowhere`");
    expect((await refused(root, { branch: "-d" })).message).toContain('"-d"');
  });

  test("that is gone later is told with what to do", async () => {
    const root = await repository(files);
    const { repo } = await opened(root);
    person(root, "branch", "-m", "main", "renamed");
    await expect(repo.sync(signal)).rejects.toThrow("`main` is gone");
  });
});
