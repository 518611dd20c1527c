import { expect, test } from "vitest";
import { instant, projectName, token } from "../../src/core/ids.ts";
import { openCli } from "../support/cli.ts";

test("costs count no session that spent nothing, and name what a lost one had set aside", async () => {
  const cli = await openCli();
  const now = instant(Date.now());
  const base = { role: "judge", cycle: null, day: new Date().toISOString().slice(0, 10) } as const;
  const of = (n: number, settledUsd: number) =>
    ({ ...base, token: token(n), task: null, amountUsd: 0.2, settledUsd, at: now }) as const;
  const changes = [of(1, 0), of(2, 0.01), { ...of(3, 0.2), lost: true } as const].map(
    (reservation) => ({ kind: "reservation", reservation }) as const,
  );
  await cli.ledger.transact(projectName("shop"), {}, () => ({ changes, answer: null }));
  const costs = JSON.parse((await cli.run("costs", "--json")).out);
  expect(costs.by_role).toMatchObject([{ role: "judge", sessions: 2 }]);
  expect(costs.lost_usd).toBe(0.2);
  expect((await cli.run("costs")).out).toContain("$0.20 of it reserved by a session that was lost");
});
