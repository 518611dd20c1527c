/** What the documents promise has the test that they name. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { protections } from "../protections/protections.ts";
import { mutants } from "../sim/mutants/hunt.ts";
import { codeOf, hasTest, repository, rowsOf, section, textOf } from "../support/documents.ts";

/** Rows whose last cell names a file of tests and the titles in it. */
function promisesIn(file: string) {
  return rowsOf(textOf(file))
    .filter((row) => row.at(-1)?.includes(".test.ts") || row.at(-1)?.includes("`tests/"))
    .map((row) => {
      const named = codeOf(row.at(-1) ?? "");
      return { first: row[0] ?? "", file: named[0] ?? "", titles: named.slice(1) };
    });
}

describe.each([
  { file: "docs/spec.md", least: 80, others: 0 },
  { file: "docs/failure-model.md", least: 20, others: 0 },
  // who is not trusted, what is kept, and the platforms: what they say is prose
  { file: "docs/security.md", least: 10, others: 18 },
])("$file", ({ file, least, others }) => {
  const promises = promisesIn(file);

  test("names enough promises, and a test for each row of its tables", () => {
    expect(promises.length).toBeGreaterThanOrEqual(least);
    const heads = textOf(file).match(/^\|[-| ]+\|$/gm)?.length ?? 0;
    expect(rowsOf(textOf(file)).length - heads - others).toBe(promises.length);
  });

  test.each(promises)("$first: the test is there", ({ file: named, titles }) => {
    expect([named, existsSync(join(repository, named))]).toEqual([named, true]);
    expect(titles.length).toBeGreaterThan(0);
    for (const title of titles) expect([title, hasTest(named, title)]).toEqual([title, true]);
  });
});

test("the behaviours are numbered without a gap, chapter by chapter", () => {
  const text = textOf("docs/spec.md");
  const chapters = [...text.matchAll(/^## (\d+)\. .*$/gm)];
  expect(chapters.map(([, number]) => Number(number))).toEqual(chapters.map((_, at) => at + 1));
  for (const [heading, chapter] of chapters) {
    const numbers = rowsOf(section(text, heading))
      .slice(1)
      .map(([number]) => number);
    expect(numbers).toEqual(numbers.map((_, at) => `S${chapter}.${at + 1}`));
  }
});

test("a title that no test has is noticed", () => {
  expect(hasTest("tests/docs/promises.test.ts", "a title that no test has is noticed")).toBe(true);
  expect(hasTest("tests/docs/promises.test.ts", "a title that no test has")).toBe(false);
  expect(hasTest("tests/docs/promises.test.ts", "docs/spec.md")).toBe(false);
});

test("each sabotage that the promises name can be made, and each of the real parts is named", () => {
  const told = section(
    textOf("docs/failure-model.md"),
    "## The promises, and what is seen without what keeps them",
  );
  const named = rowsOf(told)
    .slice(1)
    .flatMap((row) => codeOf(row[2] ?? ""));
  const made = [...mutants, ...protections].map(({ name }) => name);
  expect(named.filter((name) => name !== "unsettled" && !made.includes(name))).toEqual([]);
  expect(protections.filter(({ name }) => !named.includes(name))).toEqual([]);
});
