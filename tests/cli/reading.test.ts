import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { requestCycle } from "../../src/core/commands.ts";
import { cycleId } from "../../src/core/ids.ts";
import { openCli } from "../support/cli.ts";
import { cycleWith, interrupt, shop } from "../support/shop.ts";

test("before the first run everything can be read, and reading creates nothing", async () => {
  const cli = await openCli();
  const before = await readdir(cli.folder);
  const status = await cli.run("status");
  expect(status).toMatchObject({ code: 0, err: "" });
  expect(status.out).toMatch(/PROJECT +STATE +RUNNING/);
  expect(status.out).toMatch(/shop +active +0 +0 +0 +0 +0 +\$0\.00 +\$0\.00 +- +-/);
  for (const command of ["tasks", "logs", "costs"])
    expect(await cli.run(command)).toMatchObject({ code: 0 });
  expect(cli.store.projects.size).toBe(0);
  expect(await readdir(cli.folder)).toEqual(before);
});

test("status counts tasks, money, pauses and what needs the person", async () => {
  const cli = await openCli();
  await cycleWith(cli, "Land one", "Ask two", "Fail three");
  await cli.run("pause", "-p", "shop");
  const { projects } = JSON.parse((await cli.run("status", "--json")).out);
  expect(projects[0]).toMatchObject({
    name: "shop",
    state: "paused",
    paused: { by: "person" },
    tasks: { done: 1, waiting: 1, failed: 1, pending: 0, in_progress: 0 },
    last_cycle: { outcome: { landed: 1, failed: 1, waiting: 1 } },
  });
  expect(projects[0].total_usd).toBeCloseTo(0.02 + 4 * 0.05);
  const { out } = await cli.run("status");
  expect(out).toContain("orch resume --project shop");
  expect(out).toContain("1 task for you");
  expect(out).toMatch(/1 landed, 1 failed, (?:now|\d+s ago)/);
});

test("tasks are listed by project and status, and cut at the limit with a word about it", async () => {
  const cli = await openCli();
  await cycleWith(cli, "Land one", "Fail two", "Fail three");
  const failed = await cli.run("tasks", "--status", "failed");
  expect(failed.out).toContain("Fail two");
  expect(failed.out).not.toContain("Land one");
  expect(failed.out).toMatch(/ID +PROJECT +STATUS/);
  const one = await cli.run("tasks", "-p", "shop", "--limit", "1");
  expect(one.out.trim().split("\n")).toHaveLength(2);
  expect(one.err).toContain("1 of 3 tasks");
  const none = await cli.run("tasks", "-p", "blog");
  expect(none).toMatchObject({ code: 0, out: "" });
  expect(none.err).toContain("orch add-task");
});

test("a task is shown by a prefix of its id, with attempts, verdicts, cost and files", async () => {
  const cli = await openCli();
  const [task] = await cycleWith(cli, "Land one");
  if (task === undefined) throw new Error("no task was planned");
  const transcripts = join(cli.folder, "data", "shop", "transcripts");
  await mkdir(transcripts, { recursive: true });
  await writeFile(join(transcripts, `work-${task.id}-1.jsonl`), "");
  const trail = join(cli.folder, "shop", ".orch", "workers", `${task.id}.md`);
  await mkdir(dirname(trail), { recursive: true });
  await writeFile(trail, "");
  const { out, code } = await cli.run("show", task.id.slice(0, 6));
  expect(code).toBe(0);
  for (const part of ["Land one", "Attempt 1", "Verdict 1", "orch/", "$0.10"])
    expect(out).toContain(part);
  expect(out).toContain(trail);
  expect(out).not.toContain("verdicts"); // it is not written yet
  expect(out).toContain(`work-${task.id}-1.jsonl`);
  const json = JSON.parse((await cli.run("show", task.id, "--json")).out);
  expect(json).toMatchObject({ kind: "task", status: "done", waits_for: null });
  expect(json.verdicts[0].checks[0]).toMatchObject({ name: "test", decision: "pass" });
});

test("why a task waits is said with what to do about it", async () => {
  const cli = await openCli();
  const { out: added } = await cli.run("add-task", "-p", "shop", "--title", "Land it");
  const id = added.trim();
  const why = async () => JSON.parse((await cli.run("show", id, "--json")).out).waits_for;
  expect(await why()).toContain("orch run --project shop");
  expect(await why()).not.toContain("next in its queue");
  await cli.run("pause", "-p", "shop");
  expect(await why()).toContain("paused by a person");
  await cli.run("resume", "-p", "shop");
  await cli.write({ projects: [{ name: "shop", path: ".", enabled: false }] });
  expect(await why()).toContain("disabled");
});

test("a task of an interrupted cycle is next in no queue: it says what goes on with it", async () => {
  const cli = await openCli();
  const { out: added } = await cli.run("add-task", "-p", "shop", "--title", "Land it");
  await interrupt(cli);
  const why = async () => JSON.parse((await cli.run("show", added.trim(), "--json")).out).waits_for;
  expect(await why()).toBe(
    "its cycle was interrupted, and goes on when it is started again (orch run --project " +
      "shop, or orch start)",
  );
  expect((await cli.run("status")).out).toMatch(/^shop .* when started /m);
  cli.scene.lock = { kind: "busy", holder: { kind: "run", pid: 42 } };
  expect(await why()).toBe("it is next in its queue");
  const { served_by } = JSON.parse((await cli.run("status", "--json")).out);
  expect(served_by).toEqual({ command: "run", pid: 42 });
});

test("the next cycle is told where a daemon will begin it", async () => {
  const cli = await openCli();
  await cycleWith(cli, "Land one");
  await cli.ledger.transact(shop, {}, (view) =>
    requestCycle(view, cycleId("nextnextnext"), "schedule", 600_000),
  );
  expect((await cli.run("status", "-p", "shop")).out).toContain("when started");
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 42 } };
  expect((await cli.run("status", "-p", "shop")).out).toMatch(/in 9m 5\ds|in 10m/);
});

test("a cycle that is over tells what it ended with, and its tasks as they are now", async () => {
  const cli = await openCli();
  const [task] = await cycleWith(cli, "Later one");
  const id = task?.cycle ?? "";
  await cli.run("cancel", task?.id ?? "", "--reason", "no need");
  const { out } = await cli.run("show", id);
  expect(out).toMatch(/0 landed, 1 left over in .*, as it ended (?:now|\d+s ago)\n/);
  expect(out).toMatch(/Tasks, as they are now\n {2}skipped .*Later one\n +no need/);
});

test("a cycle is shown with its plan", async () => {
  const cli = await openCli();
  const [task] = await cycleWith(cli, "Land one");
  const { out, code } = await cli.run("show", task?.cycle ?? "");
  expect(code).toBe(0);
  expect(out).toContain("Looked around.");
});

test("an unknown id, an ambiguous one and one that is none are mistakes", async () => {
  const cli = await openCli();
  const tasks = await cycleWith(cli, ...Array.from({ length: 40 }, (_, i) => `Land ${i}`));
  const firsts = tasks.map(({ id }) => id[0] ?? "");
  const shared = firsts.find((first, i) => firsts.indexOf(first) !== i) ?? "";
  const ambiguous = await cli.run("show", shared);
  expect(ambiguous.code).toBe(2);
  expect(ambiguous.err).toMatch(new RegExp(`begins \\d+ ids:\n {2}${shared}`));
  expect((await cli.run("show", "zzzzzzzzzzzz")).code).toBe(2);
  expect((await cli.run("show", "../../etc")).code).toBe(2);
});

test("logs tell what happened, and with an id what the agents said and did", async () => {
  const cli = await openCli();
  const [task] = await cycleWith(cli, "Land one");
  const events = await cli.run("logs");
  expect(events.out).toContain("planned: 1 task to do");
  expect(events.out).toMatch(/landed cccccccccc {2}Land one/);
  const lines = (await cli.run("logs", "--json", "-n", "3")).out.trim().split("\n");
  expect(lines.map((each) => JSON.parse(each).project)).toEqual(["shop", "shop", "shop"]);
  const folder = join(cli.folder, "data", "shop", "transcripts");
  await mkdir(folder, { recursive: true });
  const said = [
    { type: "system", subtype: "init", model: "claude-x" },
    { type: "assistant", message: { content: [{ type: "text", text: "I look\u001b[2J first." }] } },
    {
      type: "assistant",
      message: { content: [{ type: "tool_use", name: "Bash", input: { command: "npm test" } }] },
    },
    {
      type: "user",
      message: { content: [{ type: "tool_result", is_error: true, content: "1 failing" }] },
    },
    { type: "result", subtype: "success", total_cost_usd: 0.5, duration_ms: 61_000 },
  ];
  const text = `${said.map((each) => JSON.stringify(each)).join("\n")}\nhalf a li`;
  await writeFile(join(folder, `work-${task?.id}-1.jsonl`), text);
  const { out } = await cli.run("logs", task?.id ?? "");
  expect(out.replaceAll(`work-${task?.id}-1  `, "")).toBe(
    "— begins with claude-x\nI look first.\n> Bash npm test\n< ! 1 failing\n— ended: " +
      "success, 1m 1s, $0.50\n",
  );
});

test("following ends with Ctrl+C, and tells what happens meanwhile", async () => {
  const cli = await openCli();
  cli.scene.whenListening = (send) =>
    void cli
      .run("add-task", "-p", "shop", "--title", "Land late")
      .then(() => cli.ledger.changed(1_000, AbortSignal.timeout(1_000)))
      .then(() => send("SIGINT"));
  const said = await cli.run("logs", "-f");
  expect(said.code).toBe(130);
  expect(said.out).toContain("Land late");
});

test("costs add up by day, project, role and task", async () => {
  const cli = await openCli();
  await cycleWith(cli, "Land one", "Land two");
  const costs = JSON.parse((await cli.run("costs", "--json")).out);
  expect(costs.total_usd).toBeCloseTo(0.02 + 4 * 0.05);
  expect(costs.by_role.map((each: { role: string }) => each.role)).toContain("planner");
  expect(costs.by_task).toHaveLength(2);
  expect((await cli.run("costs")).out).toMatch(/ROLE +COST +SESSIONS/);
});

test("a ledger that cannot be read hides no other project", async () => {
  const cli = await openCli();
  cli.scene.broken = "shop";
  const said = await cli.run("status");
  expect(said.code).toBe(1);
  expect(said.out).toMatch(/shop +unreadable/);
  expect(said.out).toMatch(/blog +active/);
  expect(said.err).toContain("file is not a database");
});

test("where there are tasks, a status that none has is all that is said", async () => {
  const cli = await openCli();
  expect((await cli.run("tasks")).err).toContain("`orch run` plans some");
  await cli.run("add-task", "-p", "shop", "--title", "Fix it");
  const none = await cli.run("tasks", "-s", "in_progress");
  expect(none.err).toBe("no tasks with status in_progress\n");
});
