import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCli } from "../support/cli.ts";

const needPortfolio = [
  ["run"],
  ["start"],
  ["status"],
  ["tasks"],
  ["show", "aaaaaaaaaaaa"],
  ["logs"],
  ["costs"],
  ["add-task", "--title", "Fix"],
  ["pause"],
  ["resume"],
  ["retry", "aaaaaaaaaaaa"],
  ["skip", "aaaaaaaaaaaa"],
  ["cancel", "aaaaaaaaaaaa"],
  ["answer", "aaaaaaaaaaaa", "yes"],
  ["approve", "aaaaaaaaaaaa"],
  ["reject", "aaaaaaaaaaaa", "--reason", "no"],
  ["forget", "shop", "--yes"],
  ["config", "show"],
  ["config", "validate"],
  ["doctor"],
] as const;

describe.each(needPortfolio.map((argv) => ({ argv, name: argv.join(" ") })))(
  "orch $name",
  ({ argv }) => {
    test("ends with 2 where there is no portfolio, or one with mistakes", async () => {
      const cli = await openCli();
      const missing = await cli.run(...argv, "--config", join(cli.folder, "none.json"));
      expect(missing.code).toBe(2);
      expect(missing.err + missing.out).toContain("none.json, which is not a file");
      await writeFile(cli.file, '{ "projects": [ { "name": "shop" "path": "." } ] }');
      const broken = await cli.run(...argv);
      expect(broken.code).toBe(2);
      expect(broken.err + broken.out).toContain("orch.json:1:34: a comma is missing");
      await cli.write({ projects: [{ name: "shop", path: ".", max_wrokers: 3 }] });
      const unknown = await cli.run(...argv);
      expect(unknown.code).toBe(2);
      expect(unknown.err + unknown.out).toContain("max_workers");
      expect(cli.store.projects.size).toBe(0);
    });

    test("refuses a flag that it does not know, and suggests what was meant", async () => {
      const cli = await openCli();
      const said = await cli.run(...argv, "--cofnig", "x");
      expect(said.code).toBe(2);
      expect(said.err).toMatch(/^orch: unknown option '--cofnig'\n\(Did you mean --config\?\)/);
      expect(said.err).toContain("--help");
    });
  },
);

const needProject = [
  ["run", "-p"],
  ["status", "-p"],
  ["tasks", "-p"],
  ["costs", "-p"],
  ["logs", "-p"],
  ["add-task", "--title", "Fix", "-p"],
  ["pause", "-p"],
  ["resume", "-p"],
  ["show", "aaaaaaaaaaaa", "-p"],
  ["retry", "aaaaaaaaaaaa", "-p"],
  ["doctor", "-p"],
  ["forget", "--yes"],
] as const;

test.each(needProject.map((argv) => ({ argv, name: argv.join(" ") })))(
  "orch $name refuses a project that is not there, and creates nothing",
  async ({ argv }) => {
    const cli = await openCli();
    const said = await cli.run(...argv, "blgo");
    expect(said.code).toBe(2);
    expect(said.err).toContain("did you mean blog?");
    expect((await cli.run(...argv, "../etc")).code).toBe(2);
    expect(cli.store.projects.size).toBe(0);
    expect(cli.asked).toEqual([]);
  },
);

test.each([
  [["statsu"], "Did you mean status?"],
  [["tasks", "--status", "dnoe"], "Allowed choices are pending, in_progress, waiting, done"],
  [["tasks", "--limit", "0"], "whole number from 1"],
  [["run", "--cycles", "many"], "whole number from 1"],
  [["add-task", "-p", "shop"], "--title"],
  [["add-task", "-p", "shop", "--title", "a\nb"], "one line"],
  [["add-task", "-p", "shop", "--title", "x", "--desc", " "], "--desc is empty"],
  [["add-task", "-p", "shop", "--title", "x", "--type", "feature"], "code, test, fix, review"],
  [["show"], "missing required argument 'id'"],
  [["status", "extra"], "too many arguments"],
  [["help", "exit-code"], "did you mean exit-codes?"],
  [["completion", "tcsh"], "say one of bash"],
  [["forget", "shop"], "--yes"],
  [["config", "pth"], "unknown command 'pth'"],
  [["config"], "Usage: orch config"],
  [["demo", "--folder", "."], "is there already"],
] as const)("orch %j is a mistake, told with what to do", async (argv, what) => {
  const cli = await openCli();
  const said = await cli.run(...argv);
  expect(said).toMatchObject({ code: 2, out: "" });
  expect(said.err).toContain(what);
  expect(said.err).not.toMatch(/\bat .*\.ts:\d+/);
});

test("a fault of ours shows its origin with --debug only", async () => {
  const cli = await openCli();
  cli.scene.broken = "shop";
  const quiet = await cli.run("tasks");
  expect(quiet.code).toBe(1);
  expect(quiet.err).toBe(
    "orch: file is not a database\n  run it again with --debug to see where this came from\n",
  );
  expect((await cli.run("tasks", "--debug")).err).toMatch(/\bat .*\.ts:\d+/);
});

test("help is data; the exit codes are a topic of it", async () => {
  const cli = await openCli();
  for (const argv of [[], ["--help"], ["help"], ["help", "run"], ["run", "--help"]])
    expect(await cli.run(...argv)).toMatchObject({ code: 0, err: "" });
  expect((await cli.run("run", "--help")).out).toContain("--config <file>");
  expect((await cli.run("help", "exit-codes")).out).toMatch(/ 75 {2}busy/);
  expect((await cli.run("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("colours go to terminals only, and to none that asks for none", async () => {
  const cli = await openCli();
  const coloured = async (...argv: string[]) => (await cli.run(...argv)).out.includes("\u001b[");
  await cli.run("pause", "-p", "shop");
  expect(await coloured("status")).toBe(false);
  cli.scene.isTTY = true;
  expect(await coloured("status")).toBe(true);
  expect(await coloured("status", "--no-color")).toBe(false);
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }, { CI: "true" }]) {
    cli.scene.env = env;
    expect(await coloured("status")).toBe(false);
  }
});

test.each([
  [["tasks", "--status", "pendng"], "pending"],
  [["add-task", "--title", "Fix", "--type", "cdoe"], "code"],
  [["init", "--backlog", "backlog-file"], "backlog_file"],
] as const)("orch %s suggests the value that was meant", async (argv, meant) => {
  const cli = await openCli();
  const said = await cli.run(...argv);
  expect(said.code).toBe(2);
  expect(said.err).toContain("Allowed choices are");
  expect(said.err).toContain(`(Did you mean ${meant}?)`);
});

test.each([
  [["logs", "--limit", "x"], "orch logs"],
  [["tasks", "--status", "nothing-like-it"], "orch tasks"],
  [["add-task"], "orch add-task"],
  [["rescue", "restore"], "orch rescue restore"],
  [["config", "shwo"], "orch config"],
  [["stauts"], "orch"],
  [["--cofnig"], "orch"],
] as const)("orch %s is told which help tells more", async (argv, command) => {
  const said = await (await openCli()).run(...argv);
  expect(said.code).toBe(2);
  expect(said.err).toMatch(new RegExp(`\nTry \`${command} --help\`\\.\n$`));
});
