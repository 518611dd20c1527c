import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openDependencies } from "../../src/adapters/dependencies/open.ts";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { surroundingsOf } from "../../src/adapters/sandbox/surroundings.ts";
import { toolchainEnv } from "../../src/adapters/sandbox/toolchains.ts";
import { openShell } from "../../src/adapters/shell/open.ts";
import { commitSha } from "../../src/core/ids.ts";
import type { Installed } from "../../src/ports/dependencies.ts";
import type { Workspace } from "../../src/ports/repo.ts";
import type { Shell } from "../../src/ports/shell.ts";
import { tempFolder } from "../support/folders.ts";
import { never, path } from "../support/sandboxes.ts";

let shell: Shell;
beforeAll(async () => {
  const sandbox = await openSandbox({ path, mark: "test" }, never);
  const caches = await mkdtemp(join(tmpdir(), "orch-test-"));
  const around = { env: process.env, home: homedir(), caches };
  shell = openShell({ sandbox, env: toolchainEnv(surroundingsOf(around)) });
  return () => rm(caches, { recursive: true, force: true });
});

const workspaceAt = (folder: string): Workspace => ({
  name: "work",
  path: folder,
  readable: [],
  base: commitSha("0".repeat(40)),
  keep: () => undefined,
  shield: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
});

const open = (storeDir: string, setupCommand: string | null, timeoutMs = 60_000) =>
  openDependencies({ shell, storeDir, setupCommand, env: {}, path, timeoutMs });

async function workspace(files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return workspaceAt(folder);
}

async function run(command: string, at: Workspace, env = {}): Promise<string> {
  const result = await shell.run({ command, cwd: at.path, env, timeoutMs: 60_000 }, never);
  if (result.ended.kind !== "exited" || result.ended.code !== 0) throw new Error(result.output);
  return result.output.trim();
}

function ready(installed: Installed): Extract<Installed, { kind: "ready" }> {
  if (installed.kind === "failed") throw new Error(installed.output);
  return installed;
}

/** An npm project with a dependency in a tarball and one in a folder; needs no network. */
async function npmProject(): Promise<Workspace> {
  const project = await workspace({
    "package.json": JSON.stringify({
      name: "app",
      version: "1.0.0",
      dependencies: { greeting: "file:greeting.tgz", local: "file:local" },
    }),
  });
  const script = `mkdir -p package local
    echo '{"name":"greeting","version":"1.0.0","bin":"bin.js"}' > package/package.json
    echo 'module.exports = "hello"' > package/index.js
    printf '#!/usr/bin/env node\\nconsole.log(require("."))\\n' > package/bin.js
    echo '{"name":"local","version":"1.0.0"}' > local/package.json
    echo 'module.exports = "near"' > local/index.js
    tar czf greeting.tgz package && rm -r package
    npm install --package-lock-only --offline`;
  await run(script, project);
  return project;
}

async function copyOf(project: Workspace): Promise<Workspace> {
  const folder = await tempFolder();
  await run(`tar cf - --exclude node_modules . | tar xf - -C ${folder}`, project);
  return workspaceAt(folder);
}

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

/** A set-up that counts its runs outside of the workspace. */
async function counted(rest: string): Promise<{ command: string; runs(): Promise<number> }> {
  const count = join(await tempFolder(), "count");
  await writeFile(count, "");
  return {
    command: `echo x >> ${count}; ${rest}`,
    runs: async () => (await readFile(count, "utf8")).length / 2,
  };
}

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

  test("workspaces that want the same at once run the set-up once", async () => {
    const { command, runs } = await counted("mkdir node_modules && echo 1 > node_modules/f");
    const dependencies = open(await tempFolder(), command);
    const all = await Promise.all([workspace(), workspace(), workspace()]);
    const hows = await Promise.all(
      all.map(async (each) => ready(await dependencies.install(each, never)).how),
    );
    expect([hows.sort(), await runs()]).toEqual([["fresh", "store", "store"], 1]);
    for (const each of all) expect(await readdir(join(each.path, "node_modules"))).toEqual(["f"]);
  });

  test("two programs may fill the same entry at once", async () => {
    const { command } = await counted("mkdir node_modules && echo 1 > node_modules/f");
    const storeDir = await tempFolder();
    const all = await Promise.all([workspace(), workspace()]);
    await Promise.all(all.map((each) => open(storeDir, command).install(each, never)));
    expect(await readdir(join(storeDir, "store"))).toHaveLength(1);
  });

  test("a script that the command names belongs to what it installs", async () => {
    const { command, runs } = await counted("sh setup.sh");
    const dependencies = open(await tempFolder(), command);
    const script = (text: string) => ({ "setup.sh": `echo ${text} > made` });
    const [one, other] = [await workspace(script("one")), await workspace(script("other"))];
    await dependencies.install(one, never);
    await dependencies.install(other, never);
    expect([await readFile(join(other.path, "made"), "utf8"), await runs()]).toEqual([
      "other\n",
      2,
    ]);
  });

  test("a link in the workspace does not lead the copy out of it", async () => {
    const { command } = await counted("mkdir -p a/node_modules && echo 1 > a/node_modules/f");
    const dependencies = open(await tempFolder(), command);
    const [first, second, outside] = [await workspace(), await workspace(), await tempFolder()];
    for (const each of [first, second]) await mkdir(join(each.path, "a"));
    await dependencies.install(first, never);
    await mkdir(join(outside, "node_modules"));
    await writeFile(join(outside, "node_modules/mine"), "1");
    await rm(join(second.path, "a"), { recursive: true });
    await symlink(outside, join(second.path, "a"));
    await dependencies.install(second, never);
    expect(await readdir(join(outside, "node_modules"))).toContain("mine");
  });

  test("a damaged entry of the store is filled again", async () => {
    const { command, runs } = await counted("mkdir node_modules && echo 1 > node_modules/f");
    const storeDir = await tempFolder();
    const dependencies = open(storeDir, command);
    await dependencies.install(await workspace(), never);
    const [key = ""] = await readdir(join(storeDir, "store"));
    await rm(join(storeDir, "store", key, "files"), { recursive: true });
    expect(ready(await dependencies.install(await workspace(), never)).how).toBe("fresh");
    expect(ready(await dependencies.install(await workspace(), never)).how).toBe("store");
    expect(await runs()).toBe(2);
  });

  test("the store is bounded", async () => {
    const storeDir = await tempFolder();
    for (let n = 0; n < 10; n += 1) {
      await open(storeDir, `echo ${n} > made`).install(await workspace(), never);
    }
    expect(await readdir(join(storeDir, "store"))).toHaveLength(8);
  });

  test("an empty command means that nothing is needed, whatever lockfile there is", async () => {
    const project = await workspace({ "requirements.txt": "left-pad" });
    const dependencies = open(await tempFolder(), "");
    expect(await dependencies.command(project)).toBeNull();
    expect(ready(await dependencies.install(project, never)).how).toBe("none");
  });
});
