import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { addProject, newPortfolioText } from "../../src/config/edit.ts";
import { portfolioJsonSchema } from "../../src/config/json-schema.ts";
import { parsePortfolio } from "../../src/config/parse.ts";

function names(text: string): readonly string[] {
  const parsed = parsePortfolio(text, { file: "/p/orch.jsonc", home: "/h" });
  return parsed.kind === "valid" ? parsed.portfolio.projects.map(({ name }) => name) : [];
}

test("a new portfolio is valid, and takes projects one after the other", () => {
  const empty = newPortfolioText("mine", "./data");
  expect(parsePortfolio(empty, { file: "/p/x", home: "/h" }).kind).toBe("valid");
  const two = addProject(addProject(empty, { name: "a", path: "/a" }), { name: "b", path: "/b" });
  expect(names(two)).toEqual(["a", "b"]);
  expect(two).toContain("// Every field");
});

test("a new portfolio names the schema by an address that leads to it", async () => {
  const { $schema } = JSON.parse(newPortfolioText("mine", "./data").replace(/^ *\/\/.*$/gm, ""));
  const read = JSON.parse(await readFile(fileURLToPath($schema), "utf8"));
  expect(read).toEqual(JSON.parse(JSON.stringify(portfolioJsonSchema())));
});

test.each([
  ["a trailing comma", '{ "projects": [ { "name": "a", "path": "/a" }, ] }'],
  ["no space at all", '{"projects":[{"name":"a","path":"/a"}]}'],
  [
    "comments",
    '{ "projects": [\n  // one\n  { "name": "a", "path": "/a" }, // two\n  /* three */ ] }',
  ],
  ["tabs and CRLF", '{\r\n\t"projects": [\r\n\t\t{ "name": "a", "path": "/a" }\r\n\t]\r\n}\r\n'],
])("a project is added to a file with %s, and nothing in it is lost", (_, text) => {
  const edited = addProject(text, { name: "b", path: "/b", test_command: "make test" });
  expect(names(edited)).toEqual(["a", "b"]);
  for (const kept of text.match(/\/\/ \w+|\/\*.*?\*\//g) ?? []) expect(edited).toContain(kept);
});
