import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

interface Row {
  readonly weakness: string;
  readonly file: string;
  readonly name: string;
}

const rowsOf = (markdown: string): readonly Row[] =>
  [...markdown.matchAll(/^\| (.+?) \| (tests\/\S+) \| (.+?) \|$/gm)].map(
    ([, weakness = "", file = "", name = ""]) => ({ weakness, file, name }),
  );

/** Where a file declares a test of this name, in one piece. */
const declares = (source: string, name: string): boolean =>
  [`test("${name}"`, `it("${name}"`, `)("${name}"`, `)(\n  "${name}"`].some((each) =>
    source.includes(each),
  );

test("each weakness of the earlier program names a test that exists", async () => {
  const rows = rowsOf(await readFile("docs/baseline-tests.md", "utf8"));
  expect(rows.length).toBeGreaterThan(55);
  const missing: Row[] = [];
  for (const row of rows) {
    const source = await readFile(row.file, "utf8").catch(() => "");
    if (!declares(source, row.name)) missing.push(row);
  }
  expect(missing).toEqual([]);
});

test("a row that names a test which does not exist is found out", () => {
  expect(declares('test("one promise", () => {})', "one promise")).toBe(true);
  expect(declares('test("one promise", () => {})', "another promise")).toBe(false);
});
