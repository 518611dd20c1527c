import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectName } from "../../src/core/ids.ts";
import { type Cli, openCli } from "../support/cli.ts";
import { commitAll, fingerprint, person, rescues, tried, write } from "../support/git-fixture.ts";

const shop = projectName("shop");

/** A repository in which two works of one task, and one of an unknown task, are kept. */
async function kept(cli: Cli): Promise<{ readonly root: string; readonly task: string }> {
  const root = join(cli.folder, "shop");
  await mkdir(root);
  person(root, "init", "-q", "-b", "main");
  await write(root, { "a.txt": "one\n" });
  const base = commitAll(root, "Start");
  await cli.run("add-task", "-p", "shop", "--title", "Add a story", "--desc", "x");
  const [task] = await cli.ledger.tasks(shop, { limit: 1 });
  const id = task?.id ?? "";
  for (const [ref, text] of [
    [`${id}/1`, "first"],
    [`${id}/2`, "second"],
    ["gone00000000/1", "third"],
  ]) {
    person(root, "checkout", "-q", "--detach", base);
    await write(root, { "a.txt": `${text}\n` });
    const commit = commitAll(root, `Work\n\nOrch-Project: shop\nOrch-Why: out of time`);
    person(root, "update-ref", `refs/orch/rescue/${ref}`, commit);
  }
  person(root, "checkout", "-q", "main");
  return { root, task: id };
}

test("what is kept is listed with its task, when, why and how much, also of forgotten tasks", async () => {
  const cli = await openCli();
  const { task } = await kept(cli);
  const said = await cli.run("rescue", "list", "-p", "shop");
  expect(said.code).toBe(0);
  expect(said.out).toMatch(new RegExp(`${task}/2 .*1 file \\+1 -1 +out of time +Add a story`));
  expect(said.out).toMatch(/gone0{8}\/1 .*out of time +Work$/m);
  const rows = JSON.parse((await cli.run("rescue", "list", "-p", "shop", "--json")).out);
  expect(rows).toHaveLength(3);
  expect(
    rows.find((row: { ref: string }) => row.ref === `refs/orch/rescue/${task}/1`),
  ).toMatchObject({
    ...{ project: "shop", task, title: "Add a story", why: "out of time" },
    ...{ files: 1, added: 1, deleted: 1 },
  });
});

test("what an earlier attempt left is told as such once the task has landed", async () => {
  const cli = await openCli();
  const { task } = await kept(cli);
  await cli.run("run", "-p", "shop");
  const { out } = await cli.run("rescue", "list", "-p", "shop");
  expect(out).toMatch(new RegExp(`${task}/1 .*an earlier attempt; the task landed`));
  expect(out).toMatch(/gone0{8}\/1 .*out of time/);
  const rows = JSON.parse((await cli.run("rescue", "list", "-p", "shop", "--json")).out);
  const landed = rows.map((row: { task_landed: boolean }) => row.task_landed);
  expect(landed.filter(Boolean)).toHaveLength(2);
});

test("it is restored as a branch, never over one that is there, and nothing else changes", async () => {
  const cli = await openCli();
  const { root, task } = await kept(cli);
  const before = await fingerprint(root);
  await write(root, { "a.txt": "edited\n" });
  const edited = await fingerprint(root);
  expect(edited).not.toBe(before);
  const said = await cli.run("rescue", "restore", task.slice(0, 6), "-p", "shop");
  expect(said).toMatchObject({ code: 0 });
  expect(said.out).toContain(`git -C ${root} show rescued/${task}-2`);
  expect(person(root, "show", `rescued/${task}-2:a.txt`)).toBe("second");
  expect(await fingerprint(root, [], [`rescued/${task}-2`])).toBe(edited);
  const again = await cli.run("rescue", "restore", task, "-p", "shop");
  expect(again).toMatchObject({ code: 1 });
  expect(again.err).toContain(`there is a branch rescued/${task}-2 already`);
  const other = ["rescue", "restore", `refs/orch/rescue/${task}/1`, "--branch", "mine"];
  expect((await cli.run(...other, "-p", "shop")).code).toBe(0);
  expect(person(root, "show", "mine:a.txt")).toBe("first");
});

test("a task's id means the newest work of it, not what was kept last", async () => {
  const cli = await openCli();
  const { root, task } = await kept(cli);
  const day = "2001-02-03T04:05:06Z";
  const env = { ...process.env, GIT_COMMITTER_DATE: day, GIT_AUTHOR_DATE: day };
  const old = spawnSync(
    "git",
    ["-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", "-m", "Old", "main^{tree}"],
    { cwd: root, env, encoding: "utf8" },
  ).stdout.trim();
  person(root, "update-ref", `refs/orch/rescue/${task}/9`, old);
  const listed = JSON.parse((await cli.run("rescue", "list", "-p", "shop", "--json")).out);
  expect(listed.at(-1)).toMatchObject({ ref: `refs/orch/rescue/${task}/9` });
  const said = await cli.run("rescue", "restore", task, "-p", "shop");
  expect(said.out).toContain(`rescued/${task}-2`);
});

test("it is dropped only when a person says so, and nothing that is not there is", async () => {
  const cli = await openCli();
  const { root, task } = await kept(cli);
  const asked = await cli.run("rescue", "drop", `${task}/1`, "-p", "shop");
  expect(asked).toMatchObject({ code: 2 });
  expect(asked.err).toContain("--yes");
  expect(rescues(root)).toHaveLength(3);
  expect((await cli.run("rescue", "drop", `${task}/1`, "-p", "shop", "--yes")).code).toBe(0);
  expect(tried(root, "rev-parse", "-q", "--verify", `refs/orch/rescue/${task}/1`)).not.toBe(0);
  expect(rescues(root)).toHaveLength(2);
  expect(await cli.run("rescue", "drop", "zzz", "-p", "shop", "-y")).toMatchObject({ code: 2 });
});
