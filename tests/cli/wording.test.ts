/** Small promises on what is said: once, in plain words, and not of what is not there. */
import { expect, test } from "vitest";
import { lineOf } from "../../src/adapters/agents/transcript.ts";
import { paintFor } from "../../src/cli/render/paint.ts";
import { renderTask } from "../../src/cli/render/task.ts";
import { redacting } from "../../src/core/redact.ts";
import { openCli } from "../support/cli.ts";
import { record } from "../support/documents-of.ts";
import { aCheck, aVerdict } from "../support/records.ts";
import { cycleWith } from "../support/shop.ts";

test("a project that is paused already is told once", async () => {
  const cli = await openCli();
  await cli.run("pause", "-p", "shop");
  const again = await cli.run("pause", "-p", "shop");
  expect(again).toMatchObject({ code: 1, out: "" });
  expect(again.err).toContain("shop: ");
  const both = await cli.run("pause");
  expect(both).toMatchObject({ code: 0, err: "" });
  expect(both.out).toContain("blog is paused");
});

test("open tasks are counted where there is no planner, with those that wait for a person", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "none" };
  const planned = async (title: string): Promise<string> => {
    await cli.run("add-task", "-p", "shop", "--title", title);
    const { err } = await cli.run("run", "-p", "shop");
    return /no planner: (.*)/.exec(err)?.[1] ?? err;
  };
  const look = "waiting for you: orch tasks --status waiting";
  expect(await planned("Ask one")).toBe("1 open task");
  expect(await planned("Ask two")).toBe(`2 open tasks, 1 of them ${look}`);
  const again = (await cli.run("run", "-p", "shop")).err;
  expect(again).toContain(`no planner: 2 open tasks, all ${look}\n`);
  expect((await cli.run("tasks", "--status", "waiting")).out).toContain("Ask two");
});

test("logs tell each landing and each failure once, and with its id", async () => {
  const cli = await openCli();
  await cycleWith(cli, "Land one", "Fail two");
  const { out } = await cli.run("logs");
  expect(out).toMatch(/\w{12} {2}landed c{10}/);
  expect(out).not.toMatch(/a task (?:landed|failed)|a cycle was planned/);
  expect((await cli.run("logs", "--json")).out).toContain("a task landed");
});

test("what a red check said stands once in its verdict", async () => {
  const checks = [aCheck({ decision: "fail", sentence: "is red: exit code 1" })];
  const reasons = ["the check test is red: exit code 1", "it is not clean"];
  const judged = record({ verdicts: [aVerdict({ decision: "fail", checks, reasons })] });
  const look = {
    ...{ config: { name: "shop", path: "/shop" } as never, why: null, branch: null, files: [] },
    ...{ now: judged.task.createdAt, isServed: true, paint: paintFor(false) },
  };
  const text = renderTask(judged, look);
  expect(text.split("is red: exit code 1")).toHaveLength(2);
  expect(text).toContain("- it is not clean");
});

test("costs show no table without rows", async () => {
  const cli = await openCli();
  await cli.run("run", "-p", "shop");
  const { out } = await cli.run("costs");
  expect(out).toContain("ROLE");
  expect(out).not.toContain("TASK");
});

test.each(["../x", "/etc/*", "src/../../x", ".."])("a glob %s leaves the project", async (glob) => {
  const cli = await openCli();
  const argv = ["add-task", "-p", "shop", "--title", "Fix", "--files", glob];
  const said = await cli.run(...argv);
  expect(said).toMatchObject({ code: 2, out: "" });
  expect(said.err).toContain("leaves the project");
  expect((await cli.run(...argv.slice(0, -1), "src/a..b/**")).code).toBe(0);
});

test("a project that is listed already is told by its name, without lines that nobody can find", async () => {
  const cli = await openCli();
  const said = await cli.run("init", "--path", ".", "--name", "shop", "--yes");
  expect(said.code).toBe(2);
  expect(said.err).toContain("lists a project shop already");
  expect(said.err).not.toMatch(/:\d+:\d+/);
});

test("what is too short for a key is not blotted out of transcripts", () => {
  expect(lineOf({ text: "an example" }, redacting({ secret: "x" }))).toBe('{"text":"an example"}');
  const redact = redacting({ secret: "12345678" });
  expect(lineOf({ text: "key 12345678" }, redact)).toBe('{"text":"key [secret]"}');
});
