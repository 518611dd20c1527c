/** Small promises on what is said: once, in plain words, and not of what is not there. */
import { expect, test } from "vitest";
import { lineOf } from "../../src/adapters/agents/transcript.ts";
import { paintFor } from "../../src/cli/render/paint.ts";
import { renderTask } from "../../src/cli/render/task.ts";
import { redacting } from "../../src/core/redact.ts";
import { openCli } from "../support/cli.ts";
import { aCheck, aTask, aVerdict } from "../support/records.ts";
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

test("tasks are counted as open where there is no planner: some may wait for a person", async () => {
  const cli = await openCli();
  await cli.run("add-task", "-p", "shop", "--title", "Ask one");
  cli.scene.planned = { kind: "none" };
  expect((await cli.run("run", "-p", "shop")).err).toContain("no planner: 1 open task");
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
  const record = {
    ...{ task: aTask(), attempts: [], landings: [], decisions: [], job: null },
    ...{ verdicts: [aVerdict({ decision: "fail", checks, reasons })], costUsd: 0, lostUsd: 0 },
  };
  const look = {
    ...{ config: { name: "shop", path: "/shop" } as never, why: null, branch: null, files: [] },
    ...{ now: record.task.createdAt, isServed: true, paint: paintFor(false) },
  };
  const text = renderTask(record, look);
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
