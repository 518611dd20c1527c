import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRepo } from "../../../src/adapters/git/open-repo.ts";
import { token } from "../../../src/core/ids.ts";
import {
  commitAll,
  opened,
  person,
  repository,
  rescues,
  signal,
  task,
  tried,
  worked,
  write,
} from "../../support/git-fixture.ts";

const files = { "a.txt": "one\n", "b.txt": "two\n" };
const exists = (root: string, ref: string) => tried(root, "rev-parse", "-q", "--verify", ref) === 0;

describe("attempts", () => {
  test("are kept as the task's branch and as references of their own", async () => {
    const { repo, root } = await opened(await repository(files));
    const { candidate } = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.keep(task(1), 1, candidate, signal);
    await repo.keep(task(1), 1, candidate, signal);
    const second = await worked(repo, 1, { "a.txt": "second\n" });
    await repo.keep(task(1), 2, second.candidate, signal);
    expect(person(root, "rev-parse", `orch/${task(1)}`)).toBe(second.candidate);
    expect(person(root, "rev-parse", `refs/orch/attempts/${task(1)}/1`)).toBe(candidate);
    person(root, "gc", "-q", "--prune=now");
    expect(person(root, "show", `${candidate}:a.txt`)).toBe("first");
  });

  test("begin as a branch at their base, which goes where nothing came of them", async () => {
    const { repo, root } = await opened(await repository(files));
    const { commit: base } = await repo.sync(signal);
    await repo.show(task(1), base, signal);
    await repo.show(task(1), base, signal);
    expect(person(root, "rev-parse", `orch/${task(1)}`)).toBe(base);
    const { candidate } = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.keep(task(1), 1, candidate, signal);
    await repo.show(task(1), base, signal);
    expect(person(root, "rev-parse", `orch/${task(1)}`)).toBe(candidate);
    await repo.show(task(2), base, signal);
    await repo.sweep(task(2), signal);
    await repo.sweep(task(1), signal);
    expect(exists(root, `refs/heads/orch/${task(2)}`)).toBe(false);
    expect(person(root, "rev-parse", `orch/${task(1)}`)).toBe(candidate);
  });

  test("do not move a branch that the person went on with or has checked out", async () => {
    const { repo, root } = await opened(await repository(files));
    const { candidate } = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.keep(task(1), 1, candidate, signal);
    person(root, "checkout", "-q", `orch/${task(1)}`);
    const second = await worked(repo, 1, { "a.txt": "second\n" });
    await repo.keep(task(1), 2, second.candidate, signal);
    expect(person(root, "rev-parse", "HEAD")).toBe(candidate);
    const theirs = commitAll(root, "Mine");
    person(root, "checkout", "-q", "main");
    await repo.keep(task(1), 3, second.candidate, signal);
    expect(person(root, "rev-parse", `orch/${task(1)}`)).toBe(theirs);
  });

  test("stay when the task has not landed", async () => {
    const { repo, root } = await opened(await repository(files));
    const { candidate } = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.keep(task(1), 1, candidate, signal);
    await repo.sweep(task(1), signal);
    expect(exists(root, `refs/heads/orch/${task(1)}`)).toBe(true);
    expect(exists(root, `refs/orch/attempts/${task(1)}/1`)).toBe(true);
  });

  test("are swept when it has, and what did not land is rescued first", async () => {
    const { repo, root } = await opened(await repository(files));
    const first = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.keep(task(1), 1, first.candidate, signal);
    const second = await worked(repo, 1, { "a.txt": "second\n" });
    await repo.keep(task(1), 2, second.candidate, signal);
    await repo.publish({ ...second, token: token(1) }, signal);
    await repo.sweep(task(1), signal);
    expect(person(root, "for-each-ref", "--format=%(refname)", "refs/heads/orch/")).toBe("");
    expect(person(root, "for-each-ref", "--format=%(refname)", "refs/orch/attempts/")).toBe("");
    expect(rescues(root)).toEqual([[`refs/orch/rescue/${task(1)}/1`, first.candidate]]);
  });

  test("are swept too where resolved conflicts took an attempt's place", async () => {
    const { repo, root } = await opened(await repository(files));
    const first = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.keep(task(1), 1, first.candidate, signal);
    const resolved = await worked(repo, 1, { "a.txt": "resolved\n" });
    await repo.keep(task(1), 1, resolved.candidate, signal);
    expect(person(root, "rev-parse", `orch/${task(1)}`)).toBe(resolved.candidate);
    await repo.publish({ ...resolved, token: token(1) }, signal);
    await repo.sweep(task(1), signal);
    expect(person(root, "for-each-ref", "--format=%(refname)", "refs/heads/orch/")).toBe("");
    expect(rescues(root)).toEqual([[`refs/orch/rescue/${task(1)}/1`, first.candidate]]);
  });

  test("a landing whose maker died before tidying up is tidied by the sweep", async () => {
    const { repo, root, data } = await opened(await repository(files));
    const work = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.publish({ ...work, token: token(1) }, signal);
    const [hub = ""] = (await readdir(join(data, "hubs"))).filter((each) => each.endsWith(".git"));
    const places = [root, join(data, "hubs", hub)];
    const intent = `refs/orch/intent/${task(1)}/${work.to}`;
    for (const each of places) person(each, "update-ref", intent, work.to);
    person(root, "update-ref", "-d", `refs/orch/merged/${task(1)}`);
    await repo.sweep(task(1), signal);
    expect(places.map((each) => exists(each, intent))).toEqual([false, false]);
    expect(person(root, "rev-parse", `refs/orch/merged/${task(1)}`)).toBe(work.to);
  });

  test("a swept task's branch with the person's own commits stays", async () => {
    const { repo, root } = await opened(await repository(files));
    const work = await worked(repo, 1, { "a.txt": "first\n" });
    await repo.keep(task(1), 1, work.candidate, signal);
    await repo.publish({ ...work, token: token(1) }, signal);
    person(root, "checkout", "-q", `orch/${task(1)}`);
    const theirs = commitAll(root, "Mine");
    person(root, "checkout", "-q", "main");
    await repo.sweep(task(1), signal);
    expect(person(root, "rev-parse", `orch/${task(1)}`)).toBe(theirs);
  });
});

describe("workspaces of a process that died", () => {
  /** Opens a workspace in a process of its own, which is then killed. */
  function dies(options: object, at: string, name: string): void {
    const file = join(import.meta.dirname, "../../../src/adapters/git/open-repo.ts");
    const code = `
      import { openRepo } from "${file}";
      import { writeFile } from "node:fs/promises";
      const options = ${JSON.stringify(options)};
      const signal = new AbortController().signal;
      const repo = await openRepo({ ...options, now: () => 1 }, signal);
      const workspace = await repo.open({ at: "${at}", name: "${name}" }, signal);
      await writeFile(workspace.path + "/half.txt", "half\\n");
      process.kill(process.pid, "SIGKILL");
    `;
    const words = ["--import", "tsx", "--input-type=module", "-"];
    const { signal: ended, stderr } = spawnSync(process.execPath, words, { input: code });
    expect(ended, String(stderr)).toBe("SIGKILL");
  }

  test("are reopened with what they hold, and free again after that", async () => {
    const { repo, options } = await opened(await repository(files));
    const { commit: at } = await repo.sync(signal);
    dies(options, at, "work-1");
    {
      await using other = await repo.open({ at, name: "work-2" }, signal);
      expect(await readdir(other.path)).not.toContain("half.txt");
    }
    const again = await openRepo(options, signal);
    {
      await using found = await again.reopen("work-1", at, signal);
      expect(await readFile(join(found?.path ?? "", "half.txt"), "utf8")).toBe("half\n");
    }
    await using anew = await again.open({ at, name: "work-1" }, signal);
    expect(await readdir(anew.path)).not.toContain("half.txt");
    expect((await readdir(options.workspacesDir)).sort()).toEqual(["slot-0", "slot-1"]);
  });

  test("a workspace that is open is nobody else's: who asks for it gets another one", async () => {
    const { repo } = await opened(await repository(files));
    const { commit: at } = await repo.sync(signal);
    await using workspace = await repo.open({ at, name: "work-1" }, signal);
    await writeFile(join(workspace.path, "half.txt"), "half\n");
    await using other = await repo.open({ at, name: workspace.name }, signal);
    expect(other.path).not.toBe(workspace.path);
    expect(await readdir(other.path)).not.toContain("half.txt");
  });

  test("a kept workspace of a landed task is given back by the sweep, no other", async () => {
    const { repo, options } = await opened(await repository(files));
    const work = await worked(repo, 1, { "a.txt": "first\n" });
    for (const name of [`work-${task(1)}-1`, `work-${task(2)}-1`]) {
      const workspace = await repo.open({ at: work.from, name }, signal);
      await write(workspace.path, { "half.txt": "half\n" });
      workspace.keep();
    }
    await repo.sweep(task(1), signal);
    await repo.publish({ ...work, token: token(1) }, signal);
    await repo.sweep(task(1), signal);
    const again = await openRepo(options, signal);
    expect(await again.reopen(`work-${task(1)}-1`, work.from, signal)).toBeNull();
    const other = await again.reopen(`work-${task(2)}-1`, work.from, signal);
    expect(other).not.toBeNull();
    await other?.[Symbol.asyncDispose]();
  });
});
