import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectName } from "../../src/core/ids.ts";
import { openCli } from "../support/cli.ts";

const shop = projectName("shop");

test("a cycle is run, told on the error stream, and summed up on standard output", async () => {
  const cli = await openCli();
  await mkdir(join(cli.folder, "shop"));
  cli.scene.planned = { kind: "titles", titles: ["Land one", "Unchecked two", "Later three"] };
  const said = await cli.run("run", "--project", "shop");
  expect(said.err).toContain("planned: 3 tasks to do");
  expect(said.out).toMatch(/shop {2}cycle \w{12}: 2 landed, 1 left over in .*, \$0\.\d\d/);
  expect(said.out).toMatch(/landed +\w{12} {2}Land one/);
  expect(said.out).toContain("landed unchecked: the project has no checks");
  expect(said.out).toContain(".orch/plans/cycle_");
  expect(said.code).toBe(0);
});

test("failed tasks end a run with 3, a failed cycle with 1", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Fail one", "Land two"] };
  const tasks = await cli.run("run", "-p", "shop");
  expect(tasks.out).toContain("the session ran out of time: 300 s");
  expect(tasks.code).toBe(3);
  cli.scene.planned = { kind: "fails", why: "the answer is not a plan" };
  const cycle = await cli.run("run", "-p", "shop");
  expect(cycle.out).toContain("failed: the answer is not a plan");
  expect(cycle.code).toBe(1);
});

test("without names all enabled projects are run, and what waits says how to answer", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Ask one", "Hold two"] };
  const said = await cli.run("run", "--json");
  const cycles = JSON.parse(said.out);
  expect(cycles.map((each: { project: string }) => each.project)).toEqual(["shop", "blog"]);
  expect(cycles[0].outcome).toMatchObject({ landed: 0, waiting: 2 });
  expect(cycles[0].cost_usd).toBeCloseTo(0.02 + 3 * 0.05);
  const again = await cli.run("run", "-p", "shop");
  expect(again.out).toMatch(/Which one\? \(orch answer \w{12} "…"\)/);
  expect(again.out).toMatch(/it touches CI \(orch approve \w{12}, or orch reject\)/);
});

test("what lands in a run and was planned before it is named in its summary, too", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Park one"] };
  await cli.run("run", "-p", "shop");
  cli.scene.planned = { kind: "titles", titles: [] }; // the way is clear at last
  const said = await cli.run("run", "-p", "shop", "--json");
  const [cycle] = JSON.parse(said.out);
  expect(cycle).toMatchObject({ tasks: [], also_landed: [{ title: "Park one", status: "done" }] });
  cli.scene.planned = { kind: "titles", titles: ["Park two"] };
  await cli.run("run", "-p", "shop");
  cli.scene.planned = { kind: "titles", titles: [] };
  const { out } = await cli.run("run", "-p", "shop");
  expect(out).toMatch(/cycle \w{12}: 0 landed, 1 of earlier work in /);
  expect(out).toMatch(/landed +\w{12} {2}Park two\n +c{10}/);
  expect(out).toContain("the plan is empty");
});

test("an empty plan is said to be empty", async () => {
  const cli = await openCli();
  const said = await cli.run("run", "-p", "blog");
  expect(said).toMatchObject({ code: 0 });
  expect(said.err).toContain("planned: nothing to do, $0.02");
  expect(said.out).toContain("the plan is empty: the planner found nothing to do");
  cli.scene.planned = { kind: "none" };
  const manual = await cli.run("run", "-p", "blog");
  expect(manual.err).toContain("no planner: nothing to do");
  expect(manual.out).toContain("nothing to do: add a task with `orch add-task --project blog`");
});

test("several cycles follow each other while there is something to do", async () => {
  const cli = await openCli();
  const idle = await cli.run("run", "-p", "shop", "--cycles", "3", "--json");
  expect(JSON.parse(idle.out)).toHaveLength(1);
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const busy = await cli.run("run", "-p", "shop", "--cycles", "3", "--json");
  expect(JSON.parse(busy.out)).toHaveLength(3);
});

test("an unknown, a disabled and a paused project are refused before anything is begun", async () => {
  const cli = await openCli();
  const unknown = await cli.run("run", "-p", "shpo");
  expect(unknown).toMatchObject({ code: 2, out: "" });
  expect(unknown.err).toContain("did you mean shop?");
  await cli.run("pause", "-p", "shop");
  const paused = await cli.run("run", "-p", "shop");
  expect(paused.code).toBe(1);
  expect(paused.err).toContain("orch resume --project shop");
  await cli.write({ projects: [{ name: "shop", path: ".", enabled: false }] });
  const disabled = await cli.run("run", "-p", "shop");
  expect(disabled.code).toBe(2);
  expect(disabled.err).toContain("project shop is disabled");
  expect((await cli.run("run")).code).toBe(2);
  expect(await cli.ledger.cycles(shop, 9)).toEqual([]);
});

test("paused projects are passed over where none was named", async () => {
  const cli = await openCli();
  await cli.run("pause", "-p", "shop");
  const said = await cli.run("run", "--json");
  expect(said.err).toContain("shop is paused by a person");
  expect(JSON.parse(said.out)).toHaveLength(1);
  const named = await cli.run("run", "-p", "blog", "-p", "shop");
  expect(named).toMatchObject({ code: 1, out: "" });
});

test("a missing key ends with 4, another's run with 75, an obstacle with its hint", async () => {
  const cli = await openCli();
  cli.scene.agentProblem = { kind: "noKey", detail: "no ANTHROPIC_API_KEY is set" };
  const key = await cli.run("run");
  expect(key.code).toBe(4);
  expect(key.err).toContain("ANTHROPIC_API_KEY");
  cli.scene.agentProblem = { kind: "noBinary", detail: "the agent's program is not there" };
  const bare = await cli.run("run");
  expect(bare.code).toBe(1);
  expect(bare.err).toContain("the agent's program is not there\n  install it");
  cli.scene.agentProblem = null;
  cli.scene.obstacles = [{ project: shop, what: "not a repository", hint: "run git init" }];
  const obstacle = await cli.run("run");
  expect(obstacle.code).toBe(1);
  expect(obstacle.err).toContain("run git init");
  expect((await cli.run("run", "-p", "shop")).code).toBe(2);
  cli.scene.lock = { kind: "busy", holder: { kind: "run", pid: 77 } };
  const busy = await cli.run("run");
  expect(busy.code).toBe(75);
  expect(busy.err).toContain("process 77");
});

test("Ctrl+C ends the sessions, releases the work, and exits with 130; SIGTERM with 143", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "hangs" };
  const begun = async (): Promise<void> => {
    for (;;) {
      const { openCycle } = await cli.ledger.overview(shop);
      if (openCycle?.state.at === "planning") return;
      await cli.ledger.changed(50, AbortSignal.timeout(50));
    }
  };
  cli.scene.whenListening = (send) => void begun().then(() => send("SIGINT"));
  const interrupted = await cli.run("run", "-p", "shop");
  expect(interrupted.code).toBe(130);
  expect(interrupted.err).toContain("their work is released");
  expect(interrupted.out).toContain("is not over");
  cli.scene.whenListening = (send) =>
    void begun().then(() => {
      send("SIGTERM");
      send("SIGTERM");
    });
  expect((await cli.run("run", "-p", "shop")).code).toBe(143);
  expect((await cli.ledger.overview(shop)).openCycle?.state.at).toBe("queued");
});

test("G9: while the disk lacks room nothing is started, which is said once, and work goes on after", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const lack = "only 3 MiB are free in /data; nothing is started below 200 MiB";
  cli.scene.lack = [lack, lack];
  const said = await cli.run("run", "-p", "shop");
  expect(said.err.split(lack)).toHaveLength(2);
  expect(said.err.indexOf(lack)).toBeLessThan(said.err.indexOf("the cycle begins"));
  expect(said.out).toContain("1 landed");
  expect(said.code).toBe(0);
});
