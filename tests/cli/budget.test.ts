/** What a person sees of money, and what they may change about it. */
import { expect, test } from "vitest";
import { instant, projectName, token } from "../../src/core/ids.ts";
import { unspent } from "../../src/core/metered.ts";
import { openCli } from "../support/cli.ts";

const shop = projectName("shop");
const today = new Date().toLocaleDateString("sv");

async function spend(cli: Awaited<ReturnType<typeof openCli>>, usd: readonly number[]) {
  const roles = ["planner", "worker", "judge"] as const;
  const changes = usd.flatMap((settledUsd, n) =>
    roles.map((role, at) => {
      const usage = {
        ...{ model: "claude-sonnet-5-5", costUsd: settledUsd },
        ...{ inputTokens: 100, outputTokens: 50, cacheReadTokens: 800, cacheWriteTokens: 100 },
      };
      const reservation = {
        ...{ token: token(n * 3 + at + 1), role, task: null, cycle: null, day: today },
        ...{ amountUsd: 1, settledUsd, at: instant(Date.now()) },
        metered: { ...unspent(1, 0), requests: 1, usage: [usage] },
      };
      return { kind: "reservation", reservation } as const;
    }),
  );
  await cli.ledger.transact(shop, {}, () => ({ changes, answer: null }));
}

test("costs are told by model, with what came from the cache, and today against its cap", async () => {
  const cli = await openCli();
  await cli.write({ projects: [{ name: "shop", path: "./shop", max_budget_per_day: 4 }] });
  await spend(cli, [0.1, 0.2]);
  const costs = JSON.parse((await cli.run("costs", "--json")).out);
  expect(costs.by_model).toEqual([
    expect.objectContaining({
      ...{ model: "claude-sonnet-5-5", cost_usd: expect.closeTo(0.9, 9), cache_hits: 0.8 },
    }),
  ]);
  expect(costs).toMatchObject({ cache_hits: 0.8, unassigned_usd: 0 });
  expect(costs.today[0]).toMatchObject({ project: "shop", cap_usd: 4, raised_usd: 0 });
  expect((await cli.run("costs")).out).toContain("80 %");
});

test("a raised cap lets more begin today, and ends with the day", async () => {
  const cli = await openCli();
  await cli.write({ projects: [{ name: "shop", path: "./shop", max_budget_per_day: 4 }] });
  await spend(cli, [0.1]);
  for (const usd of ["5", "0.50"]) {
    const { code } = await cli.run("budget", "raise", "shop", "--today", usd);
    expect(code).toBe(0);
  }
  const { projects } = JSON.parse((await cli.run("status", "--json")).out);
  expect(projects[0].today).toMatchObject({ cap_usd: 9.5 });
  expect((await cli.run("logs")).out).toContain("raised the cap of");
  const { project } = await cli.ledger.overview(shop);
  expect(project.raised).toEqual({ day: today, usd: 5.5 });
});

test("what cannot be raised is said", async () => {
  const cli = await openCli();
  const none = await cli.run("budget", "raise", "shop", "--today", "5");
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("no cap for a day")]);
  for (const usd of ["0", "-1", "five", "1.234"])
    expect((await cli.run("budget", "raise", "shop", "--today", usd)).code).toBe(2);
});

test("a dry run counts what other projects have spent of the portfolio's day", async () => {
  const cli = await openCli();
  const projects = ["shop", "till"].map((name) => ({ name, path: `./${name}` }));
  await cli.write({ max_budget_per_day: 5, projects });
  const most = async () => {
    const plans: readonly { readonly most_usd: number }[] = JSON.parse(
      (await cli.run("run", "--dry-run", "--json")).out,
    );
    return plans.map(({ most_usd }) => most_usd);
  };
  expect(await most()).toEqual([5, 5]);
  await spend(cli, [1, 0.5]);
  expect(await most()).toEqual([0.5, 0.5]);
  // one cap for both of them
  expect((await cli.run("run", "--dry-run")).out).toContain("a cycle: at most $0.50;");
  await spend(cli, [1, 1]);
  expect(await most()).toEqual([0, 0]);
});

test("a dry run tells what a cycle may cost, and begins none", async () => {
  const cli = await openCli();
  const [unknown] = JSON.parse((await cli.run("run", "--dry-run", "--json")).out);
  expect(unknown).toMatchObject({ project: "shop", likely_usd: null });
  await spend(cli, [0.1, 0.1, 0.4]);
  const before = await cli.ledger.overview(shop);
  const [known] = JSON.parse((await cli.run("run", "--dry-run", "--json")).out);
  // a planning, and work and judgement of each task
  expect(known.likely_usd).toBeCloseTo(0.2 + known.tasks * 0.4, 9);
  expect(known.most_usd).toBeGreaterThan(known.likely_usd);
  expect(await cli.ledger.overview(shop)).toEqual(before);
});
