/** `npx vitest run tests/config -u` writes the files anew. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { renderFieldTables } from "../../src/config/field-table.ts";
import { portfolioJsonSchema } from "../../src/config/json-schema.ts";
import { parsePortfolio } from "../../src/config/parse.ts";

const root = resolve(import.meta.dirname, "../..");

test("schema.json is what the schema says", async () => {
  const text = `${JSON.stringify(portfolioJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(resolve(root, "src/config/schema.json"));
});

test("the tables in docs/configuration.md list every field as the schema has it", async () => {
  const file = resolve(root, "docs/configuration.md");
  const [before, , after] = (await readFile(file, "utf8")).split(
    /<!-- fields: (?:begin|end) -->\n/,
  );
  const text =
    `${before}<!-- fields: begin -->\n${renderFieldTables()}<!-- fields: end ` + `-->\n${after}`;
  await expect(text).toMatchFileSnapshot(file);
});

test("the example is a valid portfolio", async () => {
  const file = resolve(root, "examples/portfolio.jsonc");
  const parsed = parsePortfolio(await readFile(file, "utf8"), { file, home: "/home/me" });
  expect(parsed).toMatchObject({ kind: "valid", portfolio: { name: "personal" } });
});
