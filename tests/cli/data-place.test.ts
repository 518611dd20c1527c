/** Where the data folder may lie, told by the real program. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../support/folders.ts";
import { fromSources } from "../support/program.ts";

const sh = (command: string, cwd: string) =>
  spawnSync("sh", ["-ec", command], { cwd, encoding: "utf8" }).stdout;
const commit = "git -c user.name=a -c user.email=a@localhost commit -q --allow-empty -m Start";

function orch(folder: string, ...args: readonly string[]) {
  const [file = "", ...before] = fromSources;
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: join(folder, "home"),
    ANTHROPIC_API_KEY: "placeholder",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
  };
  const cwd = existsSync(join(folder, "app")) ? join(folder, "app") : folder;
  return spawnSync(file, [...before, ...args], { cwd, env, encoding: "utf8", timeout: 60_000 });
}

/** A repository `app`, and a portfolio in it as told. */
async function place(portfolio: object | null): Promise<string> {
  const folder = await tempFolder();
  mkdirSync(join(folder, "home"));
  sh(`git init -q -b main app && cd app && ${commit}`, folder);
  if (portfolio !== null)
    writeFileSync(join(folder, "app", "orch.json"), JSON.stringify(portfolio));
  return folder;
}

const app = { name: "app", path: ".", backlog_source: "manual" };

test("init in a repository puts the data folder outside of it, and says where", async () => {
  const folder = await place(null);
  const said = orch(folder, "init", "--yes", "--backlog", "manual");
  expect(said.status).toBe(0);
  const text = readFileSync(join(folder, "app", "orch.jsonc"), "utf8");
  const named = /"data_dir": "~\/(.*)"/.exec(text)?.[1] ?? "";
  expect(said.stderr).toContain(`go to ~/${named}`);
  const dataDir = join(folder, "home", named);
  expect(orch(folder, "run").status).toBe(0);
  expect(existsSync(join(dataDir, "app"))).toBe(true);
  expect(sh("git status --porcelain", join(folder, "app"))).toBe("?? orch.jsonc\n");
});

test("init outside of any repository keeps the data folder beside the portfolio", async () => {
  const folder = await place(null);
  expect(
    orch(folder, "init", "--yes", "--path", ".", "--config", join(folder, "o.json")).status,
  ).toBe(0);
  expect(readFileSync(join(folder, "o.json"), "utf8")).toContain('"data_dir": "./data"');
});

test.each(["run", "start"])("orch %s refuses a data folder inside a project", async (command) => {
  const folder = await place({ projects: [app] });
  const said = orch(folder, command);
  expect(said.status).toBe(2);
  expect(said.stderr).toContain(`lies inside project app (${join(folder, "app")})`);
  expect(said.stderr).toContain("set `data_dir` to a folder outside of all projects");
  expect(said.stderr.trim().split("\n")).toHaveLength(2);
  expect(existsSync(join(folder, "app", "data", "app"))).toBe(false);
  const looked = orch(folder, "doctor");
  expect(looked.stdout).toContain("lies inside project app");
  expect(looked.status).toBe(1);
});

test("a data folder in some other repository is hidden from its git, and doctor says so", async () => {
  const folder = await tempFolder();
  mkdirSync(join(folder, "home"));
  sh(`git init -q && mkdir shop && cd shop && git init -q -b main && ${commit}`, folder);
  const projects = [{ ...app, name: "shop", path: "./shop" }];
  writeFileSync(join(folder, "orch.json"), JSON.stringify({ projects }));
  expect(orch(folder, "doctor").stdout).toContain("lies in the repository of");
  expect(sh("git status --porcelain", folder)).toContain("?? data/");
  for (const _ of [1, 2]) expect(orch(folder, "run").status).toBe(0);
  expect(existsSync(join(folder, "data", "shop"))).toBe(true);
  expect(sh("git status --porcelain", folder)).not.toContain("data");
  const exclude = readFileSync(join(folder, ".git", "info", "exclude"), "utf8");
  expect(exclude.match(/^\/data\/$/gm)).toHaveLength(1);
});
