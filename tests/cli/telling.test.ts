import { expect, test } from "vitest";
import { projectName } from "../../src/core/ids.ts";
import { type Cli, openCli } from "../support/cli.ts";

const shop = projectName("shop");

async function waiting(cli: Cli, title: string): Promise<string> {
  cli.scene.planned = { kind: "titles", titles: [title] };
  await cli.run("run", "-p", "shop");
  cli.scene.planned = { kind: "none" };
  const [task] = await cli.ledger.tasks(shop, { limit: 1 });
  return task?.id ?? "";
}

const stateOf = async (cli: Cli, id: string): Promise<string> =>
  JSON.parse((await cli.run("show", id, "--json")).out).state;

test("a task is added with all that it says, and its id is all that standard output says", async () => {
  const cli = await openCli();
  cli.scene.stdin = "Parse nothing\nwhere there is nothing.\n";
  const said = await cli.run(
    ..."add-task -p shop --title Fix --desc - --type fix --priority 7".split(" "),
    ..."--criteria green --criteria fast --files src/**".split(" "),
  );
  expect(said.code).toBe(0);
  expect(said.out).toMatch(/^[a-z0-9]{12}\n$/);
  const [task] = await cli.ledger.tasks(shop, { limit: 2 });
  expect(task?.brief).toEqual({
    title: "Fix",
    description: "Parse nothing\nwhere there is nothing.",
    kind: "fix",
    priority: 7,
    criteria: ["green", "fast"],
    allowedFiles: ["src/**"],
    leaveAlone: [],
    backlogItem: null,
  });
});

test("a task that is open already is not added twice", async () => {
  const cli = await openCli();
  await cli.run("add-task", "-p", "shop", "--title", "Fix", "--desc", "all");
  const again = await cli.run("add-task", "-p", "shop", "--title", "fix.", "--desc", "All!");
  expect(again.code).toBe(1);
  expect(again.err).toContain("is open already");
});

test("nothing is added to a project whose folder cannot be worked in", async () => {
  const cli = await openCli();
  cli.scene.unusable.set("shop", { what: "/shop does not exist", hint: "correct the path" });
  const said = await cli.run("add-task", "-p", "shop", "--title", "Fix");
  expect(said).toMatchObject({ code: 2, out: "" });
  expect(said.err).toBe("orch: not added: /shop does not exist\n  correct the path\n");
  expect(cli.store.projects.size).toBe(0);
});

test("with several projects one must be named; with one it is meant", async () => {
  const cli = await openCli();
  expect((await cli.run("add-task", "--title", "Fix")).code).toBe(2);
  await cli.write({ projects: [{ name: "shop", path: "." }] });
  expect((await cli.run("add-task", "--title", "Fix")).code).toBe(0);
});

test("pause and resume say what they did, and refuse what is so already", async () => {
  const cli = await openCli();
  expect(await cli.run("pause", "-p", "shop")).toMatchObject({ code: 0, out: "shop is paused\n" });
  expect((await cli.run("pause", "-p", "shop")).code).toBe(1);
  const refused = (await cli.run("run", "-p", "shop")).err;
  expect(refused).toContain("project shop is paused by a person: asked for with `orch pause`\n");
  expect((await cli.run("pause")).code).toBe(0);
  expect((await cli.run("resume")).out).toBe("shop is resumed\nblog is resumed\n");
});

test("a question is answered, and the task goes on", async () => {
  const cli = await openCli();
  const id = await waiting(cli, "Ask one");
  expect(await stateOf(cli, id)).toBe("blocked");
  expect((await cli.run("approve", id)).code).toBe(1);
  expect((await cli.run("answer", id.slice(0, 5), "The first.")).code).toBe(0);
  const shown = JSON.parse((await cli.run("show", id, "--json")).out);
  expect(shown.answers).toEqual([{ question: "Which one?", answer: "The first." }]);
});

test("a held task lands when approved, and goes back when rejected", async () => {
  const cli = await openCli();
  const id = await waiting(cli, "Hold one");
  expect((await cli.run("reject", id)).code).toBe(2);
  expect((await cli.run("approve", id)).code).toBe(0);
  await cli.run("run", "-p", "shop");
  expect(await stateOf(cli, id)).toBe("done");
  const other = await waiting(cli, "Hold two");
  expect((await cli.run("reject", other, "--reason", "too big")).code).toBe(0);
  expect(await stateOf(cli, other)).toBe("failed");
  const { decisions } = JSON.parse((await cli.run("show", other, "--json")).out);
  expect(decisions).toMatchObject([{ by: "person", decision: "rejected", reason: "too big" }]);
  const told = (await cli.run("show", other)).out;
  expect(told).toMatch(/A person: rejected, .*\n(?: .*\n)* {2}too big/);
  expect(told).not.toContain("branch ");
  cli.scene.branches.add(`orch/${other}`);
  expect((await cli.run("show", other)).out).toMatch(new RegExp(`branch +orch/${other}`));
});

test("a failed task is retried, an open one cancelled, an ended one left alone", async () => {
  const cli = await openCli();
  const id = await waiting(cli, "Fail one");
  expect((await cli.run("retry", id)).code).toBe(0);
  expect(await stateOf(cli, id)).toBe("pending");
  expect((await cli.run("cancel", id, "--reason", "no need")).code).toBe(0);
  expect(await stateOf(cli, id)).toBe("skipped");
  const again = await cli.run("skip", id);
  expect(again.code).toBe(1);
  expect(again.err).toContain(
    `${id} cannot be skipped: the task is skipped, and only a task that is not`,
  );
  const done = await waiting(cli, "Land one");
  const late = await cli.run("cancel", done);
  expect(late).toMatchObject({ code: 1, out: "" });
  expect(late.err).toContain(
    `${done} cannot be cancelled: the task is done, and only a task that is not`,
  );
  expect(await stateOf(cli, done)).toBe("done");
});
