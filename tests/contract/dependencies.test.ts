import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Workspace } from "../../src/ports/repo.ts";
import {
  copyOf,
  counted,
  npmProject,
  open,
  ready,
  run,
  workspace,
} from "../support/dependencies.ts";
import { tempFolder } from "../support/folders.ts";
import { never } from "../support/sandboxes.ts";

const say = `node -p 'require("greeting") + require("local")' && node_modules/.bin/greeting`;

describe("an npm project", () => {
  test("is set up once by its lockfile; the next workspace gets a copy that works", async () => {
    const [storeDir, first] = [await tempFolder(), await npmProject()];
    const second = await copyOf(first);
    const dependencies = open(storeDir, null);
    expect(await dependencies.command(first)).toBe("npm ci (package-lock.json)");
    expect(ready(await dependencies.install(first, never))).toMatchObject({
      how: "fresh",
      paths: ["node_modules"],
    });
    expect(await run(say, first)).toBe("hellonear\nhello");
    await rm(first.path, { recursive: true });
    expect(ready(await dependencies.install(second, never)).how).toBe("store");
    expect(await run(say, second)).toBe("hellonear\nhello");
  });

  test("a changed manifest is set up anew; one without dependencies needs nothing", async () => {
    const [storeDir, project] = [await tempFolder(), await npmProject()];
    const dependencies = open(storeDir, null);
    await dependencies.install(project, never);
    await run("npm uninstall --offline local", project);
    expect(ready(await dependencies.install(project, never)).how).toBe("fresh");
    expect(await readdir(join(project.path, "node_modules"))).not.toContain("local");
    await run("npm uninstall --package-lock-only --offline greeting", project);
    expect(ready(await dependencies.install(project, never)).how).toBe("none");
    expect(await readdir(project.path)).not.toContain("node_modules");
  });
});

describe("a Python project", () => {
  test("its virtual environment works in each workspace, with the first one gone", async () => {
    const storeDir = await tempFolder();
    const dependencies = open(storeDir, "python3 -m venv .venv");
    const [first, second] = [await workspace(), await workspace()];
    const where = `python -c 'import sys; print(sys.prefix)' && pip --version`;
    const fresh = ready(await dependencies.install(first, never));
    expect([fresh.how, fresh.paths]).toEqual(["fresh", [".venv"]]);
    expect(await run(where, first, fresh.env)).toContain(`${first.path}/.venv`);
    await rm(first.path, { recursive: true });
    const copied = ready(await dependencies.install(second, never));
    expect(copied.how).toBe("store");
    const said = await run(where, second, copied.env);
    expect(said).toContain(`${second.path}/.venv\npip`);
    expect(said).toContain(`from ${second.path}/.venv/lib`);
    const scripts = await run(`grep -rlI ${first.path} .venv || true`, second);
    expect(scripts).toBe("");
  });
});

describe("a project in a part of a clone", () => {
  const requirements = { "requirements.txt": "# pinned\n./pkg\n" };
  const put = async (folder: string, files: Readonly<Record<string, string>>) => {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  };

  test("lockfiles of its subfolders are found where it has none of its own", async () => {
    const project = await workspace({ README: "" });
    await put(join(project.path, "backend"), requirements);
    await put(join(project.path, "odd; touch x"), requirements);
    expect(await open(await tempFolder(), null).command(project)).toBe(
      "(cd backend && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt)" +
        " (backend: requirements.txt)",
    );
  });

  test("what a set-up makes at the top of the clone is copied too", async () => {
    const clone = async (): Promise<Workspace> => {
      const top = await workspace({ "package-lock.json": "{}" });
      await mkdir(join(top.path, "packages/a"), { recursive: true });
      return { ...top, path: join(top.path, "packages/a"), root: top.path };
    };
    const [first, second] = [await clone(), await clone()];
    const command = "cd ../.. && mkdir -p node_modules && echo 1 > node_modules/f";
    const dependencies = open(await tempFolder(), command);
    expect(ready(await dependencies.install(first, never)).how).toBe("fresh");
    expect(ready(await dependencies.install(second, never))).toMatchObject({
      how: "store",
      paths: ["../../node_modules"],
    });
    expect(await run("cat ../../node_modules/f", second)).toBe("1");
  });

  test("the lockfile at the top of the clone counts where the project has none", async () => {
    const top = await workspace({ "package-lock.json": '{"packages":{"node_modules/a":{}}}' });
    await put(join(top.path, "packages/a"), { "package.json": "{}" });
    const project = { ...top, path: join(top.path, "packages/a"), root: top.path };
    expect(await open(await tempFolder(), null).command(project)).toMatch(/^npm ci/);
  });
});

describe("a set-up command of the portfolio", () => {
  test("what it makes is copied, wherever it lies; links and modes stay", async () => {
    const { command, runs } = await counted(
      "mkdir -p a/b/node_modules/x gen && echo 1 > a/b/node_modules/x/i && echo 2 > gen/g &&" +
        ' chmod 755 gen/g && ln -s gen/g rel && ln -s "$PWD/gen/g" abs',
    );
    const dependencies = open(await tempFolder(), command);
    const [first, second] = [await workspace({ mine: "1" }), await workspace({ mine: "1" })];
    const paths = ["a", "abs", "gen", "rel"];
    expect(ready(await dependencies.install(first, never)).paths).toEqual(paths);
    expect(ready(await dependencies.install(second, never)).paths).toEqual(paths);
    expect(await runs()).toBe(1);
    const look = "cat a/b/node_modules/x/i rel; readlink rel abs; test -x gen/g && ls";
    expect((await run(look, second)).split("\n")).toEqual([
      "1",
      "2",
      "gen/g",
      `${second.path}/gen/g`,
      "a",
      "abs",
      "gen",
      "mine",
      "rel",
    ]);
  });

  test("an edit in one workspace reaches neither the store nor another workspace", async () => {
    const { command } = await counted("mkdir -p node_modules && echo good > node_modules/f");
    const dependencies = open(await tempFolder(), command);
    const [first, second, third] = [await workspace(), await workspace(), await workspace()];
    const fileOf = (each: Workspace): string => join(each.path, "node_modules/f");
    await dependencies.install(first, never);
    await dependencies.install(second, never);
    await writeFile(fileOf(first), "bad");
    await writeFile(fileOf(second), "bad");
    await dependencies.install(third, never);
    expect(await readFile(fileOf(third), "utf8")).toBe("good\n");
  });

  test("what is there already stays if untouched, and is put right if not", async () => {
    const { command, runs } = await counted("mkdir -p node_modules && echo good > node_modules/f");
    const dependencies = open(await tempFolder(), command);
    const project = await workspace();
    const file = join(project.path, "node_modules/f");
    await dependencies.install(project, never);
    const { ino } = await stat(file);
    expect(ready(await dependencies.install(project, never)).how).toBe("store");
    expect((await stat(file)).ino).toBe(ino);
    const { mtime } = await stat(file);
    await writeFile(file, "evil\n");
    await run(`touch -d @${mtime.getTime() / 1000} node_modules/f`, project);
    expect(ready(await dependencies.install(project, never)).how).toBe("store");
    expect(await readFile(file, "utf8")).toBe("good\n");
    await rm(join(project.path, "node_modules"), { recursive: true });
    await dependencies.install(project, never);
    expect([await readFile(file, "utf8"), await runs()]).toEqual(["good\n", 1]);
  });

  test("a failure tells the command and its output, leaves nothing, and is not kept", async () => {
    const { command, runs } = await counted("mkdir node_modules; echo no such package; exit 9");
    const dependencies = open(await tempFolder(), command);
    const project = await workspace({ mine: "1" });
    for (const n of [1, 2]) {
      const failed = await dependencies.install(project, never);
      expect(failed).toMatchObject({ kind: "failed", command });
      expect(failed.kind === "failed" && failed.output).toMatch(/no such package\n.*exit code 9/s);
      expect(await readdir(project.path)).toEqual(["mine"]);
      expect(await runs()).toBe(n);
    }
  });

  test("a set-up that takes too long or is stopped has failed", async () => {
    const project = await workspace();
    const slow = await open(await tempFolder(), "sleep 1000", 200).install(project, never);
    expect(slow.kind === "failed" && slow.output).toMatch(/stopped after/);
    const stopped = await open(await tempFolder(), "true").install(project, AbortSignal.abort());
    expect(stopped.kind === "failed" && stopped.output).toMatch(/stopped/);
  });
});
