/** What `orch show` says of what is not over: what it waits for, and who goes on with it. */
import { expect, test } from "vitest";
import { requestCycle } from "../../src/core/commands.ts";
import { openDraft } from "../../src/core/draft.ts";
import { cycleId, taskId, token } from "../../src/core/ids.ts";
import { defaultRetryRules } from "../../src/core/retry.ts";
import { openCli } from "../support/cli.ts";
import { anAttempt } from "../support/records.ts";
import { cycleWith, interrupt, shop } from "../support/shop.ts";

test("a cycle that never began is said to be asked for: by whom, and for when", async () => {
  const cli = await openCli();
  const id = cycleId("nextnextnext");
  await cli.ledger.transact(shop, {}, (view) => requestCycle(view, id, "schedule", 600_000));
  const shown = async () => (await cli.run("show", id)).out;
  expect(await shown()).toContain("is asked for by the schedule: it begins when `orch start` is");
  expect((await cli.run("logs")).out).toMatch(/asked for by the schedule, for \d\d:\d\d:\d\d\n/);
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 42 } };
  expect(await shown()).toMatch(/is asked for by the schedule: it begins in (?:9m 5\ds|10m)\n/);
  const json = JSON.parse((await cli.run("show", id, "--json")).out);
  expect(json).toMatchObject({ interrupted: false, plan_file: null });
  expect(Date.parse(json.begins_at)).toBeGreaterThan(Date.now());
  const mine = cycleId("mineminemine");
  await cli.ledger.transact(shop, {}, (view) => requestCycle(view, mine, "person", 0));
  cli.scene.lock = { kind: "held", release: async () => undefined };
  expect((await cli.run("show", mine)).out).toContain(
    "is asked for by a person: it begins with the next `orch run` or `orch start`",
  );
  expect((await cli.run("logs")).out).toContain("asked for by a person\n");
});

test("a task whose worker was killed is interrupted, not running, and says what goes on with it", async () => {
  const cli = await openCli();
  const { out: added } = await cli.run("add-task", "-p", "shop", "--title", "Land it");
  await interrupt(cli);
  const id = taskId(added.trim());
  await cli.ledger.transact(shop, { tasks: [id] }, (view) => {
    const draft = openDraft(view, defaultRetryRules);
    draft.tell(id, { type: "work.started", token: token(2) });
    const attempt = anAttempt({ task: id, outcome: { kind: "running" }, endedAt: null });
    return { changes: [...draft.changes(), { kind: "attempt", attempt }], answer: null };
  });
  const why = async () => JSON.parse((await cli.run("show", id, "--json")).out).waits_for;
  const goesOn = "goes on with the next `orch run` or `orch start`";
  expect(await why()).toContain(goesOn);
  const { out } = await cli.run("show", id);
  expect(out).toContain(goesOn);
  expect(out).toContain("in_progress (interrupted while working)");
  expect(out).toMatch(/Attempt 1\n.*\n {2}interrupted\n/);
  cli.scene.isTTY = true;
  cli.scene.columns = 72;
  const status = await cli.run("status");
  expect(status.out).toContain("RUNNING");
  expect(status.out).toMatch(/stopped\S* shop: 1 task under way, nobody at work/);
  cli.scene.isTTY = false;
  cli.scene.lock = { kind: "busy", holder: { kind: "run", pid: 42 } };
  expect(await why()).toBeNull();
  expect((await cli.run("show", id)).out).toMatch(/\n {2}running\n/);
  expect((await cli.run("status")).out).not.toContain("nobody at work");
});

test("a task that cannot land yet is parked, not approved", async () => {
  const cli = await openCli();
  const [task] = await cycleWith(cli, "Park one");
  const { out } = await cli.run("show", task?.id ?? "");
  expect(out).toContain("waiting (parked)");
  expect((await cli.run("show", task?.cycle ?? "")).out).toMatch(/parked +\w{12} {2}Park one/);
});
