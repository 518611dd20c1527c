/** What `orch init` opens for a project's set-up. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { fetchingOf } from "../../src/adapters/dependencies/registries.ts";
import { tempFolder } from "../support/folders.ts";

async function fetching(files: Readonly<Record<string, string>>, given: string | null = null) {
  const path = await tempFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return (await fetchingOf(path, given))?.reach ?? null;
}

const locked = (resolved: string) =>
  JSON.stringify(
    {
      lockfileVersion: 3,
      packages: {
        "": { dependencies: { a: "1" } },
        "node_modules/a": { resolved, funding: { url: "https://people.example/a" } },
      },
    },
    null,
    2,
  );
const manifest = JSON.stringify({
  dependencies: { a: "1" },
  repository: { type: "git", url: "git+https://github.com/me/mine.git" },
});
const npm = "registry.npmjs.org";
const fromNpm = { "package.json": manifest, "package-lock.json": locked(`https://${npm}/a.tgz`) };

test("a project's set-up reaches its ecosystem's registries, and those that it names", async () => {
  expect(await fetching({})).toBeNull();
  expect(await fetching(fromNpm)).toEqual([npm]);
  const own = { ...fromNpm, ".npmrc": "@mine:registry=https://npm.mine.example/\n" };
  expect(await fetching(own)).toEqual([npm, "npm.mine.example"]);
  const python = { "requirements.txt": "--extra-index-url https://py.mine.example/simple\na==1\n" };
  expect(await fetching(python)).toEqual(["pypi.org", "files.pythonhosted.org", "py.mine.example"]);
  const links = { ...python, "pyproject.toml": '[project.urls]\nSource = "https://x.example"\n' };
  expect(await fetching(links)).toEqual(await fetching(python));
  const install = "npm install --no-package-lock";
  expect(await fetching({ "package.json": manifest }, install)).toEqual([npm]);
});

test.each([
  ["git", { ...fromNpm, "package-lock.json": locked("git+ssh://git@github.com/a/a.git#1") }, null],
  [
    "a repository as a package",
    { "package.json": '{ "dependencies": { "a": "github:me/a" } }' },
    "npm install",
  ],
  ["a port of its own", { ...fromNpm, ".npmrc": "registry=http://localhost:4873/" }, null],
  ["a command that nobody knows", fromNpm, "make setup"],
])("where %s is in play, a list would not do: all is open", async (_, files, given) => {
  expect(await fetching(files, given)).toBe("all");
});
