/** What a person does in their own repository meanwhile, and what must not happen to it. */
import { existsSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCycleRig } from "../support/cycle-rig.ts";
import { commitAll, fingerprint, write as place } from "../support/git-fixture.ts";
import { moment } from "../support/moments.ts";
import { bash, brief, passes, wait, works, write } from "../support/plays.ts";
import { sleepers } from "../support/processes.ts";

test("an edit in the way parks the work, which lands once the person has cleaned up", async () => {
  const rig = await openCycleRig({
    scenario: {
      worker: [works("Grow app", bash("echo four >> app.txt"), write({ "new.txt": "new\n" }))],
      judge: [passes],
    },
    projects: { app: { config: { git_branch_prefix: "bots/" } } },
  });
  const app = rig.project();
  const id = await app.add(brief("Grow app"));
  await place(app.path, { "app.txt": "my own\n", "other.txt": "mine\n", "new.txt": "mine too\n" });
  app.git("add", "other.txt");
  const theirs = () => fingerprint(app.path, [".orch"], butBots(app.git));
  const before = await theirs();
  const [parked] = await rig.run();
  expect(parked?.state).toMatchObject({ at: "completed", outcome: { landed: 0, waiting: 1 } });
  const { task } = await app.task("Grow app");
  expect(task.state).toMatchObject({ at: "approved", parked: expect.stringContaining("app.txt") });
  const now = app.git("rev-parse", "main");
  expect(app.git("log", "--format=%s", "-1", now)).toBe("Start");
  expect(app.git("show", "bots/ready:app.txt")).toBe("one\ntwo\nthree\nfour");
  expect(await theirs()).toBe(before);

  app.git("checkout", "--quiet", "app.txt");
  app.git("clean", "--quiet", "-f", "new.txt");
  await rig.run();
  expect((await app.task("Grow app")).task.state.at).toBe("done");
  expect(await readFile(join(app.path, "app.txt"), "utf8")).toBe("one\ntwo\nthree\nfour\n");
  expect(app.git("status", "--porcelain")).toBe("A  other.txt");
  expect(app.git("branch", "--list", "bots/*")).toBe("");
  expect((await app.story(id)).filter((each) => each === "work.started")).toHaveLength(1);
});

/** The branches that are ours under another prefix. */
const butBots = (git: (...args: readonly string[]) => string): readonly string[] =>
  git("for-each-ref", "--format=%(refname)", "refs/heads/bots").split("\n").filter(Boolean);

test("a person on another branch, or on none, stays there, with all that is theirs", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [works("Grow app", bash("echo four >> app.txt"))], judge: [passes] },
    projects: { wip: {}, detached: {} },
  });
  const [wip, detached] = [rig.project("wip"), rig.project("detached")];
  wip.git("checkout", "--quiet", "-b", "wip");
  await place(wip.path, { "mine.txt": "mine\n" });
  commitAll(wip.path, "Mine");
  await place(wip.path, { "app.txt": "stashed\n" });
  wip.git("stash");
  await place(wip.path, { "app.txt": "edited\n" });
  detached.git("checkout", "--quiet", "--detach");
  for (const each of [wip, detached]) await each.add(brief("Grow app"));
  const theirs = () => Promise.all([wip, detached].map(({ path }) => headAndFiles(path)));
  const before = await theirs();
  const cycles = await rig.run();
  expect(cycles.map(({ state }) => state)).toMatchObject([
    { outcome: { landed: 1 } },
    { outcome: { landed: 1 } },
  ]);
  expect(await theirs()).toEqual(before);
  expect(wip.git("rev-parse", "--abbrev-ref", "HEAD")).toBe("wip");
  for (const each of [wip, detached])
    expect(each.git("show", "main:app.txt")).toBe("one\ntwo\nthree\nfour");
});

/** Everything of theirs but the target branch, which is to move. */
async function headAndFiles(path: string): Promise<string> {
  return fingerprint(path, [".orch"], ["refs/heads/main"]);
}

test("what the person commits meanwhile stays, and the work lands on top of it", async () => {
  const seconds = `1.${process.pid}`;
  const slowly = `sleep ${seconds}\ngrep -q one app.txt\n`;
  const rig = await openCycleRig({
    scenario: {
      worker: [works("Grow app", wait(800), bash("echo four >> app.txt"))],
      judge: [passes],
    },
    projects: { app: { files: { "tests/app.sh": slowly } } },
  });
  const app = rig.project();
  const id = await app.add(brief("Grow app"));
  const running = rig.run();
  await moment("the worker works", () => rig.heard.some(({ role }) => role === "worker"));
  await place(app.path, { "theirs.txt": "1\n" });
  commitAll(app.path, "While it is worked on");
  // the merged tree is new now, so that its checks take a second: time enough to commit again
  await moment("it is merged", async () => (await app.story(id)).includes("merge.started"));
  await moment("that is checked", async () => (await sleepers(seconds)).length > 0);
  await place(app.path, { "theirs.txt": "2\n" });
  commitAll(app.path, "While it is merged");
  const [cycle] = await running;
  expect(cycle?.state).toMatchObject({ outcome: { landed: 1 } });
  const story = await app.story(id);
  expect(story.filter((each) => each === "merge.raced")).toHaveLength(1);
  expect(story.filter((each) => each === "work.started")).toHaveLength(1);
  expect(app.git("log", "--first-parent", "--format=%s").split("\n")).toEqual([
    `Merge task ${id}: Grow app`,
    "While it is merged",
    "While it is worked on",
    "Start",
  ]);
  expect(app.git("status", "--porcelain")).toBe("");
  expect(await readFile(join(app.path, "theirs.txt"), "utf8")).toBe("2\n");
});

test("other branch names, a subfolder, no identity and hooks of the person's do no harm", async () => {
  const rig = await openCycleRig({
    scenario: { worker: [works("Grow app", bash("echo four >> app.txt"))], judge: [passes] },
    projects: {
      trunk: { branch: "trunk" },
      release: { branch: "release/next" },
      sub: { subfolder: "packages/sub", files: { "CLAUDE.md": "# Sub\n" } },
    },
  });
  const names = ["trunk", "release", "sub"] as const;
  const marker = join(rig.root, "hook-ran");
  for (const name of names) {
    const { git, path } = rig.project(name);
    expect(() => git("config", "user.name")).toThrow(); // they have no identity
    const hooks = join(git("rev-parse", "--absolute-git-dir"), "hooks");
    const all = ["pre-commit", "commit-msg", "pre-merge-commit", "post-merge", "post-checkout"];
    for (const hook of [...all, "pre-push", "reference-transaction", "post-commit"]) {
      await place(hooks, { [hook]: `#!/bin/sh\necho ${hook} >> ${marker}\nexit 1\n` });
      await chmod(join(hooks, hook), 0o755);
    }
    await writeFile(join(path, ".git-untouched"), "");
    await rig.project(name).add(brief("Grow app"));
  }
  const cycles = await rig.run();
  expect(cycles.map(({ state }) => state)).toMatchObject(
    names.map(() => ({ at: "completed", outcome: { landed: 1 } })),
  );
  expect(existsSync(marker)).toBe(false);
  const [trunk, release, sub] = [rig.project("trunk"), rig.project("release"), rig.project("sub")];
  expect(trunk.git("show", "trunk:app.txt")).toMatch(/four$/);
  expect(release.git("show", "release/next:app.txt")).toMatch(/four$/);
  expect(sub.git("show", "main:packages/sub/app.txt")).toMatch(/four$/);
  expect(existsSync(join(sub.path, ".orch/workers"))).toBe(true);
  for (const { path, git } of [trunk, release, sub]) {
    expect(await readFile(join(path, "app.txt"), "utf8")).toMatch(/four\n$/);
    expect(git("status", "--porcelain", ".")).toMatch(/^\?\? \S*\.git-untouched$/);
    expect(git("log", "-1", "--format=%an <%ae>")).toBe("orch <orch@localhost>");
  }
});
