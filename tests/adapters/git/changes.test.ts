import { expect, test } from "vitest";
import { fileChanges, rawChanges } from "../../../src/adapters/git/changes.ts";
import { commitAll, person, repository, signal, write } from "../../support/git-fixture.ts";

const lines = Array.from({ length: 20 }, (_, at) => `line ${at}\n`).join("");

test("a rename told to people is, for the checks, one path that goes and one that comes", async () => {
  const root = await repository({ "a.txt": "one\n", "old.txt": lines, "gone.txt": "gone\n" });
  const from = person(root, "rev-parse", "HEAD");
  person(root, "mv", "old.txt", "new.txt");
  person(root, "rm", "-q", "gone.txt");
  await write(root, { "new.txt": `${lines}more\n`, "a.txt": "two\n", "b.txt": "b\n" });
  commitAll(root, "Rename");
  const to = person(root, "rev-parse", "HEAD");
  const span = { gitDir: `${root}/.git`, from, to };
  const told = await fileChanges(span, signal);
  expect(told.map(({ path, status, from }) => [path, status, from])).toEqual([
    ["a.txt", "modified", null],
    ["b.txt", "added", null],
    ["gone.txt", "deleted", null],
    ["new.txt", "renamed", "old.txt"],
  ]);
  const raw = (await rawChanges(span, signal)).map(
    ({ oldMode, mode, blob, status, path }) => `${oldMode} ${mode} ${blob} ${status}\t${path}`,
  );
  const args = ["-r", "--raw", "--no-renames", "--no-abbrev", from, to];
  const git = person(root, "diff-tree", ...args).split("\n");
  // as git writes it, but for the old blob
  expect(raw.sort()).toEqual(git.map((line) => line.replace(/^:(\d+ \d+) \w+/, "$1")).sort());
});
