import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkPaths } from "../../src/config/check-paths.ts";
import { findPortfolio } from "../../src/config/find.ts";
import { loadPortfolio } from "../../src/config/load.ts";
import { renderProblem } from "../../src/config/problem.ts";

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "orch-config-")));
  await mkdir(join(root, "a/b"), { recursive: true });
  await mkdir(join(root, "user"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = (path: string, text = '{ "projects": [] }') => writeFile(join(root, path), text);
const find = (env: Record<string, string> = {}, explicit: string | null = null) =>
  findPortfolio({ explicit, env, cwd: join(root, "a/b"), userFolder: join(root, "user") });

test("a named file goes before ORCH_CONFIG, that before the nearest upward, that before the user's", async () => {
  await put("named.json");
  await put("variable.json");
  await put("orch.json");
  await put("a/orch.jsonc");
  await put("a/orch.json");
  await put("user/orch.jsonc");
  const env = { ORCH_CONFIG: join(root, "variable.json") };
  expect(await find(env, "../../named.json")).toMatchObject({ file: join(root, "named.json") });
  expect(await find(env)).toMatchObject({ file: join(root, "variable.json"), by: "ORCH_CONFIG" });
  expect(await find()).toMatchObject({ file: join(root, "a/orch.jsonc"), by: "folder" });
  await rm(join(root, "a/orch.jsonc"));
  expect(await find()).toMatchObject({ file: join(root, "a/orch.json") });
  await rm(join(root, "a/orch.json"));
  expect(await find()).toMatchObject({ file: join(root, "orch.json") });
  await rm(join(root, "orch.json"));
  expect(await find()).toMatchObject({ file: join(root, "user/orch.jsonc"), by: "user" });
});

test("an empty portfolio is found too, so that its emptiness can be told", async () => {
  await put("orch.jsonc", "");
  expect(await find()).toMatchObject({ file: join(root, "orch.jsonc") });
});

test("a named file that is not there is not replaced by another", async () => {
  await put("orch.json");
  expect(await find({}, "nothing.json")).toMatchObject({
    kind: "missing",
    what: `--config names ${join(root, "a/b/nothing.json")}, which is not a file`,
  });
  expect(await find({ ORCH_CONFIG: root })).toMatchObject({ kind: "missing" });
});

test("where there is none, the answer says where was looked and what to do", async () => {
  expect(await find()).toMatchObject({
    kind: "missing",
    what: expect.stringContaining(join(root, "user")),
    hint: expect.stringContaining("orch init"),
  });
});

test("a portfolio is loaded with its problems, or with its paths resolved", async () => {
  await put("a/orch.jsonc", '{ "projects": [ { "name": "x", "path": "b" } ] }');
  const search = { explicit: null, env: {}, cwd: join(root, "a") };
  expect(await loadPortfolio(search)).toMatchObject({
    kind: "valid",
    by: "folder",
    portfolio: { dataDir: join(root, "a/data"), projects: [{ path: join(root, "a/b") }] },
  });
  await put("a/orch.jsonc", '{ "project": [] }');
  expect(await loadPortfolio(search)).toMatchObject({ kind: "invalid", problems: [{}, {}] });
});

test("paths that are missing, are files, lead to the same folder, or to no contract are told with their lines", async () => {
  await symlink(join(root, "a"), join(root, "link"));
  await put(
    "orch.jsonc",
    `{ "projects": [
  { "name": "one", "path": "a", "prompts": { "judge": "nothing.md" } },
  { "name": "two", "path": "link" },
  { "name": "three", "path": "gone" },
  { "name": "four", "path": "orch.jsonc" },
  { "name": "five", "path": "a/b", "prompts": { "planner": "orch.jsonc" } },
] }`,
  );
  const loaded = await loadPortfolio({ explicit: join(root, "orch.jsonc"), env: {}, cwd: "/" });
  if (loaded.kind !== "valid") throw new Error(loaded.kind);
  const told = (await checkPaths(loaded.portfolio, loaded.settings)).map(renderProblem);
  const file = join(root, "orch.jsonc");
  expect(told).toEqual([
    expect.stringContaining(`${file}:2:55 projects[0].prompts.judge: ${root}/nothing.md is not`),
    expect.stringContaining(`${file}:3:28 projects[1].path: ${root}/link is the same folder as`),
    expect.stringContaining(`${file}:4:30 projects[2].path: ${root}/gone does not exist`),
    expect.stringContaining(`${file}:5:29 projects[3].path: ${file} is not a folder`),
    expect.stringMatching(
      /:6:\d+ projects\[4\]\.prompts\.planner: .*orch\.jsonc: .* \{\{project\}\}/,
    ),
  ]);
});
