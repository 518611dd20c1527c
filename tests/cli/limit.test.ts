/** What a person sees of a limit over all projects, and how they end it. */
import { expect, test } from "vitest";
import { instant, later, projectName, taskId } from "../../src/core/ids.ts";
import type { Limit, LimitMode } from "../../src/core/limit.ts";
import { type Cli, openCli } from "../support/cli.ts";

const shop = projectName("shop");
const now = () => instant(Date.now());

async function shut(cli: Cli, minutes: number, more: object = {}): Promise<void> {
  const until = later(now(), minutes * 60_000);
  const mode = {
    ...{
      at: "waiting",
      cause: "usage",
      why: "5-hour \u001b[2Jlimit",
      since: now(),
      until,
      waits: 1,
    },
    ...{ metBy: null, ...more },
  } as LimitMode;
  const limit: Limit = { mode, openUntil: null };
  await cli.ledger.transact(shop, {}, () => ({
    changes: [{ kind: "limit", limit }],
    answer: null,
  }));
}

test("status says above the table what all projects wait for, until when, and how to end it", async () => {
  const cli = await openCli();
  expect(JSON.parse((await cli.run("status", "--json")).out).limit).toBeNull();
  expect((await cli.run("status")).out).toMatch(/^PROJECT/);
  await shut(cli, 23);
  const { out } = await cli.run("status");
  expect(out.split("\n")[0]).toMatch(
    /^usage limit until \d\d:\d\d(:\d\d)? \(in 2[23]m[^)]*\): all projects wait; `orch resume --limit` ends the wait; 5-hour limit$/,
  );
  const { limit } = JSON.parse((await cli.run("status", "--json")).out);
  expect(limit).toMatchObject({ state: "waiting", cause: "usage", waits: 1 });
  expect(Date.parse(limit.until)).toBeGreaterThan(Date.now());
});

test("a run is refused while it lasts for longer than five minutes, with the command that ends it", async () => {
  const cli = await openCli();
  await shut(cli, 60);
  const refused = await cli.run("run", "-p", "shop");
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toContain("usage limit until");
  expect(refused.err).toContain("orch resume --limit");
  expect((await cli.ledger.overview(shop)).openCycle).toBeNull();
});

test("a person ends the wait, in all projects at once, and is told where there is none", async () => {
  const cli = await openCli();
  expect((await cli.run("resume", "--limit")).code).toBe(1);
  await shut(cli, 60);
  expect((await cli.run("resume", "--limit", "-p", "shop")).code).toBe(2);
  expect(await cli.run("resume", "--limit")).toMatchObject({ code: 0 });
  const { mode } = await cli.ledger.limit();
  expect(mode.at === "waiting" && mode.until <= Date.now()).toBe(true);
  expect((await cli.run("status")).out).toContain("the next session tries whether it is over");
  expect((await cli.run("logs")).out + (await cli.run("logs")).err).toContain(
    "a person ended the wait",
  );
  expect((await cli.run("run", "-p", "shop")).code).toBe(0);
});

test("a run that meets an outage before it has a plan says until when, and names no missing trail", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "putOff" };
  const said = await cli.run("run", "-p", "shop");
  expect(said.code).toBe(1);
  expect(said.out).toContain(
    "is not over: once the wait is over, the next `orch run` or `orch start` goes on\n",
  );
  expect(said.out).toMatch(/^ {2}waits {6}outage of the model until .*`orch resume --limit` ends/m);
  expect(said.out).not.toContain("trail");
  const [cycle] = await cli.ledger.cycles(shop, 1);
  const shown = await cli.run("show", cycle?.id ?? "");
  expect(shown.out).toContain("orch resume --limit");
  const { plan_file, interrupted } = JSON.parse(
    (await cli.run("show", cycle?.id ?? "", "--json")).out,
  );
  expect({ plan_file, interrupted }).toEqual({ plan_file: null, interrupted: true });
});

test("a task that is added to a paused project is not said to run at once", async () => {
  const cli = await openCli();
  const added = await cli.run("add-task", "-p", "shop", "--title", "Fix one");
  expect(added.err).toContain("added to shop (orch run --project shop)");
  await cli.run("pause", "-p", "shop");
  const { err } = await cli.run("add-task", "-p", "shop", "--title", "Fix two");
  expect(err).toContain("added to shop (project shop is paused by a person");
  expect(err).not.toContain("orch run");
});

test("a task that waits for the model says so, with the command that ends the wait", async () => {
  const cli = await openCli();
  await cli.run("add-task", "-p", "shop", "--title", "Fix", "--desc", "all");
  const [task] = await cli.ledger.tasks(shop, { limit: 1 });
  const id = task?.id ?? taskId("aaaaaaaaaaaa");
  await cli.ledger.claim(shop, (_view, _portfolio, job) => {
    return { kind: "later", at: job.runAt, why: "limit: usage limit: 5-hour limit" };
  });
  const { waits_for } = JSON.parse((await cli.run("show", id, "--json")).out);
  expect(waits_for).toBe("usage limit: 5-hour limit (orch resume --limit)");
});
