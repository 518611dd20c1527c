import { expect, test } from "vitest";
import type { Signal } from "../../src/cli/io.ts";
import { instant, projectName } from "../../src/core/ids.ts";
import { type Cli, openCli } from "../support/cli.ts";
import { until } from "../support/processes.ts";

const shop = projectName("shop");

/** Starts the daemon; answers how to stop it and hear what it said. */
function begin(cli: Cli) {
  let send: (signal: Signal) => void = () => undefined;
  cli.scene.whenListening = (sender) => {
    send = sender;
    cli.scene.whenListening = null;
  };
  const over = cli.run("start");
  const end = (signal: Signal = "SIGTERM") => {
    send(signal);
    return over;
  };
  return { over, end };
}

const landed = async (cli: Cli): Promise<number> => (await cli.ledger.overview(shop)).counts.done;

test("the daemon begins at once, logs with time and level, and drains on SIGTERM", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const daemon = begin(cli);
  await until(async () => (await landed(cli)) === 1, "the task has landed");
  const { code, err, out } = await daemon.end();
  expect(code).toBe(143);
  expect(out).toBe("");
  expect(err).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {5}serving shop, blog/m);
  expect(err).toMatch(/INFO {5}shop \w{12} landed cccccccccc \(Land one\)/);
  expect(err).toMatch(/INFO {5}stopped\n$/);
});

test("the log begins with what is served and tells all projects in the order of time", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one", "Land two"] };
  const daemon = begin(cli);
  const blog = projectName("blog");
  const over = async (name: typeof shop) => (await cli.ledger.overview(name)).lastCycle !== null;
  await until(async () => (await over(shop)) && (await over(blog)), "both are over");
  const lines = (await daemon.end()).err.split("\n").filter((each) => /^\d{4}-/.test(each));
  expect(lines[0]).toContain("serving shop, blog");
  for (const name of ["shop", "blog"])
    expect(lines.some((each) => each.includes(`${name} the cycle begins`))).toBe(true);
  const events = lines
    .filter((each) => / (?:shop|blog) /.test(each))
    .map((each) => each.slice(0, 24));
  expect(events.length).toBeGreaterThan(10);
  expect(events).toEqual([...events].sort());
});

test("a changed portfolio is put in force; one with mistakes is told and changes nothing", async () => {
  const cli = await openCli();
  const daemon = begin(cli);
  const blog = projectName("blog");
  await until(async () => (await cli.ledger.overview(blog)).lastCycle !== null, "blog was served");
  await cli.write({ log_level: "DEBUG", projects: [{ name: "shop", path: "./shop" }] });
  await until(async () => cli.said().includes("serving shop\n"), "the file was read again");
  await cli.write({ projects: [{ name: "shop", path: "./shop", max_wrokers: 1 }] });
  await until(async () => cli.said().includes("stays in force"), "the mistake was told");
  expect(cli.said()).toContain("max_workers");
  await cli.write({ data_dir: "./other", projects: [{ name: "shop", path: "./shop" }] });
  await until(async () => cli.said().includes("cannot change while this runs"), "it was refused");
  expect((await daemon.end("SIGINT")).code).toBe(130);
});

test("while the model cannot be had the daemon waits by itself, and goes on when the wait is ended", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const untilMs = instant(Date.now() + 3_600_000);
  const shut = { cause: "usage", why: "5-hour limit", since: instant(0), waits: 1 } as const;
  const mode = { at: "waiting", ...shut, until: untilMs, metBy: null } as const;
  const limit = { mode, openUntil: null };
  const changes = [{ kind: "limit", limit } as const];
  await cli.ledger.transact(shop, {}, () => ({ changes, answer: null }));
  const daemon = begin(cli);
  const waits = async () => {
    const { jobs } = await cli.ledger.transact(shop, {}, (view) => ({ changes: [], answer: view }));
    return jobs.some(({ state }) => state.at === "queued" && state.waitsFor?.startsWith("limit:"));
  };
  await until(waits, "the cycle waits for the model");
  expect(await landed(cli)).toBe(0);
  expect((await cli.run("resume", "--limit")).code).toBe(0);
  await until(async () => (await landed(cli)) === 1, "the task has landed");
  expect((await daemon.end()).err).toContain("a person ended the wait for the model");
});

test("a second daemon is told who is there", async () => {
  const cli = await openCli();
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 42 } };
  const said = await cli.run("start");
  expect(said.code).toBe(75);
  expect(said.err).toContain("`orch start` (process 42)");
  expect(said.err).toContain("it does not end by itself: `kill 42` stops it");
});

test("while a daemon runs, a run is handed to it, followed and summed up", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const daemon = begin(cli);
  await until(async () => (await landed(cli)) === 1, "the first cycle is over");
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 42 } };
  cli.scene.planned = { kind: "titles", titles: ["Land two"] };
  const said = await cli.run("run", "-p", "shop");
  expect(said.code).toBe(0);
  expect(said.err).toContain("handed to it");
  expect(said.out).toMatch(/landed +\w{12} {2}Land two/);
  await daemon.end();
});

test("a run that names another address of the model's than the daemon asks is told so once", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const daemon = begin(cli);
  await until(async () => (await landed(cli)) === 1, "the first cycle is over");
  const holder = { kind: "daemon", pid: 42, asks: "https://api.anthropic.com" } as const;
  cli.scene.lock = { kind: "busy", holder };
  const run = async (env: Record<string, string>) => {
    cli.scene.env = env;
    return (await cli.run("run", "-p", "shop")).err;
  };
  const secret = { ANTHROPIC_BASE_URL: "https://me:hidden@router.example/hidden" };
  const said = await run(secret);
  expect(said.match(/daemon asks the model/g)).toHaveLength(1);
  expect(said).toContain("of https://api.anthropic.com; this environment names https://router.");
  expect(said).not.toContain("hidden");
  for (const env of [{}, { ANTHROPIC_BASE_URL: "https://api.anthropic.com/" }])
    expect(await run(env)).not.toContain("daemon asks");
  // one of an older version does not say where it asks
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 42 } };
  expect(await run(secret)).not.toContain("daemon asks");
  await daemon.end();
});

test("a run beside a cycle that the daemon has under way says that it follows that one", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "hangs" };
  const daemon = begin(cli);
  const underWay = async () => (await cli.ledger.overview(shop)).openCycle;
  await until(async () => (await underWay())?.state.at === "planning", "the cycle is planned");
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 42 } };
  const running = cli.run("run", "-p", "shop", "--json");
  await until(async () => cli.said().includes("following it"), "it says so");
  expect(cli.said()).toContain("shop: a cycle is under way: following it;");
  expect(cli.said()).not.toContain("handed to it");
  const id = (await underWay())?.id;
  void daemon.end();
  await daemon.end(); // the second one ends the session
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  cli.scene.lock = { kind: "held", release: async () => undefined };
  const again = begin(cli);
  expect(JSON.parse((await running).out)).toMatchObject([{ id, state: "completed" }]);
  await again.end();
});

test("a daemon that begins nothing for ten seconds ends a run with 75", async () => {
  const cli = await openCli();
  cli.scene.haste = 20;
  cli.scene.lock = { kind: "busy", holder: { kind: "daemon", pid: 42 } };
  const said = await cli.run("run", "-p", "shop");
  expect(said.code).toBe(75);
  expect(said.err).toContain("orch status");
  expect((await cli.ledger.overview(shop)).openCycle?.state.at).toBe("queued");
});

test("a run that meets a pause before its planner begins does not wait for it", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "hangs" };
  cli.scene.pauseOnOpen = true;
  const said = await cli.run("run", "-p", "shop");
  expect(said.code).toBe(1);
  expect(said.out).toContain("once the project is resumed, it begins with the next");
  expect((await cli.ledger.overview(shop)).openCycle?.state.at).toBe("queued");
});

test("the next cycle is due one interval after the last one began, not after it ended", async () => {
  const cli = await openCli();
  const daemon = begin(cli);
  const next = async () => (await cli.ledger.overview(shop)).nextCycleAt;
  await until(async () => (await next()) !== null, "the next cycle is planned");
  const { lastCycle, nextCycleAt } = await cli.ledger.overview(shop);
  expect(nextCycleAt).toBeGreaterThanOrEqual((lastCycle?.startedAt ?? 0) + 60_000 - 1);
  expect(nextCycleAt).toBeLessThan((lastCycle?.startedAt ?? 0) + 60_000 + 500);
  // what was missed while nobody served is one cycle, and it begins at once
  await daemon.end();
  const again = begin(cli);
  const cycles = async () => cli.ledger.cycles(shop, 10);
  const ended = async () => (await cycles()).filter(({ endedAt }) => endedAt !== null).length;
  await until(async () => (await ended()) === 2, "the second cycle has ended");
  await again.end();
  expect((await cycles()).filter(({ startedAt }) => startedAt !== null)).toHaveLength(2);
});
