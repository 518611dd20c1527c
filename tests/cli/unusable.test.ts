/**
 * Projects that nothing can be done in are told as such by the real program, wherever they are met.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../support/folders.ts";
import { person } from "../support/git-fixture.ts";
import { startOrch } from "../support/orch.ts";

test.each([
  ["no repository", () => undefined, "is not in a git repository", "git init"],
  [
    "no commit",
    (path: string) => void person(path, "init", "-q"),
    "has no commits yet",
    "git commit --allow-empty",
  ],
])("init in a folder with %s says so and writes nothing", async (_, prepare, what, hint) => {
  const folder = await tempFolder();
  prepare(folder);
  const before = readdirSync(folder);
  const said = await startOrch(folder, ["init", "--yes"]).ended;
  expect(said).toMatchObject({ code: 2, out: "" });
  expect(said.err).toMatch(new RegExp(`^orch: nothing was written: .*${folder}.*\\n {2}.*\\n$`));
  expect(said.err).toContain(what);
  expect(said.err).toContain(hint);
  expect(readdirSync(folder)).toEqual(before);
});

test("status shows what cannot be worked in, with the reason, beside what can", async () => {
  const folder = await tempFolder();
  for (const name of ["fine", "bare", "plain", "gone"]) mkdirSync(join(folder, name));
  for (const name of ["fine", "bare"]) person(join(folder, name), "init", "-q");
  person(join(folder, "fine"), "commit", "-q", "--allow-empty", "-m", "Start");
  rmSync(join(folder, "gone"), { recursive: true });
  const projects = ["fine", "bare", "plain", "gone"].map((name) => ({ name, path: `./${name}` }));
  const off = { name: "off", path: "./off", enabled: false };
  writeFileSync(join(folder, "orch.json"), JSON.stringify({ projects: [...projects, off] }));
  const { out, code } = await startOrch(folder, ["status"]).ended;
  expect(code).toBe(0);
  for (const row of [/^fine +active/m, /^bare +unusable/m, /^plain +unusable/m, /^gone +unusable/m])
    expect(out).toMatch(row);
  expect(out).toMatch(/^off +disabled/m);
  expect(out).toMatch(/unusable bare: .* has no commits yet \(.*git commit/);
  expect(out).toMatch(/unusable plain: .* is not in a git repository \(.*git init/);
  expect(out).toMatch(/unusable gone: .* does not exist \(correct the path\)/);
  const json = JSON.parse((await startOrch(folder, ["status", "--json"]).ended).out);
  expect(json.projects[3].state).toBe("unusable");
  expect(json.projects[3].problem).toContain("does not exist");
  const added = await startOrch(folder, ["add-task", "-p", "gone", "--title", "Fix it"]).ended;
  expect(added).toMatchObject({ code: 2, out: "" });
  expect(added.err).toContain("gone does not exist");
  expect(readdirSync(folder)).not.toContain("data");
});
