import { spawnSync } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCli } from "../support/cli.ts";

test("init writes a portfolio that is valid, with what was found and what was said", async () => {
  const cli = await openCli();
  const file = join(cli.folder, "new", "mine.jsonc");
  await mkdir(join(cli.folder, "new", "My App"), { recursive: true });
  const path = join(cli.folder, "new", "My App");
  const said = await cli.run("init", "--config", file, "--path", path, "--lint", "npm run lint");
  expect(said.code).toBe(0);
  expect(said.out).toBe(`wrote ${file}\n`);
  const text = await readFile(file, "utf8");
  expect(text).toContain("// Every field");
  const { portfolio } = { portfolio: JSON.parse(text.replace(/^ *\/\/.*$/gm, "")) };
  expect(portfolio.projects).toEqual([
    {
      name: "my-app",
      path: "./My App",
      backlog_source: "claude_md",
      test_command: "npm test",
      lint_command: "npm run lint",
    },
  ]);
  expect((await cli.run("config", "validate", "--config", file)).code).toBe(0);
});

test("init adds to a portfolio and keeps what a person wrote into it", async () => {
  const cli = await openCli();
  await writeFile(
    cli.file,
    '{\n  // mine\n  "projects": [\n    { "name": "a", "path": "./a" },\n  ],\n}\n',
  );
  await mkdir(join(cli.folder, "b"));
  const said = await cli.run("init", "--path", "b", "--yes", "--json");
  expect(JSON.parse(said.out)).toMatchObject({ created: false, project: { name: "b" } });
  const text = await readFile(cli.file, "utf8");
  expect(text).toContain("// mine");
  expect(text).toContain('"name": "b"');
});

test("init changes nothing where the name is taken, the folder missing or the file broken", async () => {
  const cli = await openCli();
  const before = await readFile(cli.file, "utf8");
  await mkdir(join(cli.folder, "shop"));
  const taken = await cli.run("init", "--path", "shop");
  expect(taken.code).toBe(2);
  expect(taken.err).toContain("nothing was added");
  cli.scene.unusable.set("nowhere", { what: "/nowhere does not exist", hint: "correct the path" });
  const nowhere = await cli.run("init", "--path", "nowhere");
  expect(nowhere).toMatchObject({ code: 2, out: "" });
  expect(nowhere.err).toBe(
    "orch: nothing was written: /nowhere does not exist\n  correct the path\n",
  );
  expect(await readFile(cli.file, "utf8")).toBe(before);
  await writeFile(cli.file, "{");
  expect((await cli.run("init", "--path", "shop")).code).toBe(2);
  expect(await readFile(cli.file, "utf8")).toBe("{");
});

test("init refuses a folder that is listed under another name, by whatever link it is reached", async () => {
  const cli = await openCli();
  const [shop, link] = [join(cli.folder, "shop"), join(cli.folder, "link")];
  await mkdir(shop);
  await symlink(shop, link);
  const init = (path: string) => cli.run("init", "--path", path, "--name", "other", "--yes");
  const refusals = [
    [shop, shop, shop],
    [shop, link, `${link}, which is ${shop},`],
    [link, shop, `${shop}, which is ${link},`],
  ] as const;
  for (const [listed, given, which] of refusals) {
    await cli.write({
      projects: [
        { name: "gone", path: "./gone" },
        { name: "shop", path: listed },
      ],
    });
    const before = await readFile(cli.file, "utf8");
    const what = `${cli.file} lists ${which} already: it is project shop; nothing was added`;
    const hint = "change it there; `orch run --project shop` works on it";
    expect(await init(given)).toEqual({ code: 2, out: "", err: `orch: ${what}\n  ${hint}\n` });
    expect(await readFile(cli.file, "utf8")).toBe(before);
  }
  await mkdir(join(cli.folder, "shop", "part"));
  expect((await init(join(link, "part"))).code).toBe(0);
});

test("config tells the file, every value with its origin, and the schema", async () => {
  const cli = await openCli();
  expect(await cli.run("config", "path")).toMatchObject({ code: 0, out: `${cli.file}\n` });
  cli.scene.env = { ORCH_CONFIG: cli.file };
  expect((await cli.run("config", "path")).err).toContain("ORCH_CONFIG");
  const { settings } = JSON.parse((await cli.run("config", "show", "--json")).out);
  const of = (path: string) => settings.find((each: { path: string }) => each.path === path);
  expect(of("projects[0].priority")).toEqual({
    path: "projects[0].priority",
    value: 2,
    origin: "file",
    line: 1,
  });
  expect(of("projects[0].max_workers")).toMatchObject({ value: 3, origin: "default" });
  expect((await cli.run("config", "show")).out).toMatch(/shop\.priority +2 +line 1/);
  expect(JSON.parse((await cli.run("config", "schema")).out).properties.projects).toBeDefined();
});

test("config validate also tells what the disk lacks", async () => {
  const cli = await openCli();
  const said = await cli.run("config", "validate");
  expect(said.code).toBe(2);
  expect(said.err).toContain("projects[0].path");
  const json = await cli.run("config", "validate", "--json");
  expect(json.code).toBe(2);
  expect(JSON.parse(json.out)).toMatchObject({ valid: false, problems: [{ line: 1 }, {}] });
});

test("doctor looks at the machine and all projects, and fails where there is a problem", async () => {
  const cli = await openCli();
  cli.scene.findings = [{ level: "warning", what: "git is old", hint: "update it" }];
  const fine = await cli.run("doctor");
  expect(fine.code).toBe(0);
  expect(fine.out).toContain("update it");
  expect(cli.asked).toEqual(["inspect shop", "inspect blog"]);
  cli.scene.findings = [{ level: "problem", what: "no git", hint: null }];
  const sick = await cli.run("doctor", "-p", "shop", "--json");
  expect(sick.code).toBe(1);
  expect(JSON.parse(sick.out)).toMatchObject({ healthy: false, findings: [{ what: "no git" }] });
});

test("doctor looks at the machine also where the portfolio has mistakes", async () => {
  const cli = await openCli();
  await writeFile(cli.file, "{");
  cli.scene.findings = [{ level: "ok", what: "git 2.40", hint: null }];
  const said = await cli.run("doctor");
  expect(said.code).toBe(2);
  expect(said.out).toContain("git 2.40");
  expect(said.out).toContain('a closing "}" is missing');
});

test("forget asks, and removes nothing while somebody works", async () => {
  const cli = await openCli();
  expect((await cli.run("forget", "shop")).code).toBe(2);
  cli.scene.lock = { kind: "busy", holder: null };
  cli.scene.unmerged = ["orch/aaaaaaaaaaaa"];
  const refused = await cli.run("forget", "shop", "--yes");
  expect(refused.code).toBe(75);
  expect(refused.err).not.toContain("it is kept"); // nothing is done to it
  cli.scene.unmerged = [];
  expect(cli.asked).toEqual([]);
  cli.scene.lock = { kind: "held", release: async () => undefined };
  expect((await cli.run("forget", "shop", "--yes")).out).toBe("removed refs/orch\n");
  expect(cli.asked).toEqual(["forget shop"]);
});

test("the demo says that it costs nothing, what landed, and where to look", async () => {
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one"] };
  const said = await cli.run("demo");
  expect(said.code).toBe(0);
  expect(said.err).toContain("scripted model, no key, no cost");
  expect(said.out).toMatch(/landed +\w{12} {2}Land one/);
  expect(said.out).toContain("would have charged about $0.34");
  expect(said.out).toContain(`git -C ${join(cli.folder, "shop")} log`);
  expect(cli.asked).toEqual(["close demo"]);
  expect((await cli.run("demo", "--live")).err).toContain("real money");
});

test("the completions of bash can be sourced twice in one shell", async () => {
  const { out } = await (await openCli()).run("completion", "bash");
  const { stderr } = spawnSync("bash", ["-c", 'eval "$1"; eval "$1"', "bash", out], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
});

test("bash completes without the package bash-completion", async () => {
  const { out } = await (await openCli()).run("completion", "bash");
  const asked = `COMP_WORDS=(orch sta) COMP_CWORD=1; __orch_complete; echo "\${COMPREPLY[@]}"`;
  const orch = `orch() { printf 'start\\tx\\nstatus\\ty\\n:0\\n'; }`;
  const script = `${orch}; eval "$1"; ${asked}`;
  const ran = spawnSync("bash", ["--norc", "-c", script, "bash", out], { encoding: "utf8" });
  expect(ran).toMatchObject({ stderr: "", stdout: "start status\n" });
});

test("completions know commands, flags, projects and the ids of tasks", async () => {
  const cli = await openCli();
  const { out } = await cli.run("add-task", "-p", "shop", "--title", "Fix it");
  for (const shell of ["bash", "zsh", "fish"])
    expect((await cli.run("completion", shell)).out).toContain("orch complete --");
  const complete = async (...words: string[]) => (await cli.run("complete", "--", ...words)).out;
  expect(await complete("comp")).toMatch(/^completion\t.*\n:\d+\n$/);
  expect(await complete("sta")).toMatch(/^start\t.*\nstatus\t/m);
  expect(await complete("run", "--project", "")).toMatch(/^shop\t/);
  expect(await complete("show", "")).toContain(`${out.trim()}\tFix it`);
  expect(await complete("tasks", "--status", "w")).toMatch(/^waiting\t/);
  await writeFile(cli.file, "{");
  expect(await cli.run("complete", "--", "show", "")).toMatchObject({ code: 0, err: "" });
});

test("forget tells what has not landed, and removes that only when told to", async () => {
  const cli = await openCli();
  cli.scene.unmerged = ["orch/aaaaaaaaaaaa"];
  const said = await cli.run("forget", "shop", "--yes");
  expect(said.err).toContain("it is kept under refs/orch/rescue/");
  expect(said.err).toContain("  orch/aaaaaaaaaaaa");
  const gone = await cli.run("forget", "shop", "--yes", "--rescued");
  expect(gone.err).toContain("removed for good");
  expect(cli.asked).toEqual(["forget shop", "forget shop and what is rescued"]);
});

test("init opens to set-up what it fetches from, and says what and why", async () => {
  const cli = await openCli();
  const why = "where npm and this project's files fetch from";
  cli.scene.fetching = { reach: ["registry.npmjs.org"], why };
  await mkdir(join(cli.folder, "b"));
  const said = await cli.run("init", "--path", "b", "--yes");
  expect(said.err).toContain(`set-up reaches registry.npmjs.org (setup_network): ${why}`);
  expect(await readFile(cli.file, "utf8")).toMatch(
    /"setup_network": \[\s*"registry.npmjs.org"\s*\]/,
  );
});
