/** Nobody finds out by accident that live agents are not confined. */
import { expect, test } from "vitest";
import { isLive } from "../../src/cli/live-use.ts";
import { openCli } from "../support/cli.ts";

const loud = "LIVE AGENTS: files and network are NOT confined.";
const timesIn = (text: string): number => text.split(loud).length - 1;
const loopback = "http://127.0.0.1:4000";

test("a run with a live model warns once, before anything is begun, however many cycles", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const said = await cli.run("run", "--cycles", "2");
  expect(timesIn(said.err)).toBe(1);
  expect(said.err.indexOf(loud)).toBeLessThan(said.err.indexOf("the cycle begins"));
  expect(said.err).toMatch(/^!{78}\n!! LIVE AGENTS.*\n(?:!! .*\n)+!{78}\n/m);
  expect(said.out).not.toContain(loud);
  expect(timesIn((await cli.run("run", "--json")).err)).toBe(1);
});

test("a daemon warns too, whatever its log level hides, and as JSON where that is wanted", async () => {
  const cli = await openCli();
  const projects = [{ name: "shop", path: "./shop", backlog_source: "manual" }];
  await cli.write({ log_level: "ERROR", projects });
  cli.scene.whenListening = (send) => send("SIGTERM");
  expect(timesIn((await cli.run("start")).err)).toBe(1);
  const [line = ""] = (await cli.run("start", "--json")).err.split("\n");
  expect(JSON.parse(line)).toMatchObject({ level: "warning", project: null });
  expect(line).toContain(loud);
});

test("a daemon warns once of a key that is handed over, whatever its log level hides", async () => {
  const cli = await openCli();
  cli.scene.env["OPENAI_API_KEY"] = "placeholder";
  const shop = { name: "shop", path: "./shop", backlog_source: "manual", env: ["OPENAI_API_KEY"] };
  const blog = { ...shop, name: "blog", path: "./blog", enabled: false };
  await cli.write({ log_level: "ERROR", projects: [shop, blog] });
  cli.scene.whenListening = (send) => send("SIGTERM");
  const { err } = await cli.run("start");
  expect(err.match(/ hands OPENAI_API_KEY to every worker and check/g)).toHaveLength(1);
  expect(err).toMatch(/WARNING .*shop: `env` hands .*take it out/);
});

test("a model on this machine is no live use, and the demo none unless it is told to be", async () => {
  const cli = await openCli();
  cli.scene.env["ANTHROPIC_BASE_URL"] = loopback;
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  for (const argv of [["run"], ["demo"]]) expect(timesIn((await cli.run(...argv)).err)).toBe(0);
  cli.scene.env["ANTHROPIC_BASE_URL"] = "";
  expect(timesIn((await cli.run("demo", "--live")).err)).toBe(1);
});

test("agents that are confined need no warning", async () => {
  const cli = await openCli();
  cli.scene.confined = true;
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  expect(timesIn((await cli.run("run")).err)).toBe(0);
});

test.each([
  [undefined, true],
  ["", true],
  ["not an address", true],
  ["https://api.anthropic.com", true],
  ["http://127.0.0.1.example.org", true],
  ["http://localhost.example.org/", true],
  ["http://10.0.0.1:4000", true],
  ["http://localhost:4000", false],
  ["http://127.0.0.1:4000/v1", false],
  ["http://[::1]:4000", false],
])("ANTHROPIC_BASE_URL %s is live: %s", (base, live) => {
  expect(isLive({ ANTHROPIC_BASE_URL: base })).toBe(live);
});
