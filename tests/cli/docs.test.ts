/** `npx vitest run tests/cli/docs.test.ts -u` writes the reference anew. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { openCli } from "../support/cli.ts";
import { commands, renderReference } from "../support/reference.ts";

const file = resolve(import.meta.dirname, "../../docs/cli.md");

test("the reference in docs/cli.md is what the definitions say", async () => {
  const [before, , after] = (await readFile(file, "utf8")).split(
    /<!-- commands: (?:begin|end) -->\n/,
  );
  const text =
    `${before}<!-- commands: begin -->\n${renderReference()}<!-- commands: end ` + `-->\n${after}`;
  await expect(text).toMatchFileSnapshot(file);
});

test("every command says in a line and in sentences what it does, and explains every flag", () => {
  for (const command of commands()) {
    expect(command.description(), command.name()).toMatch(/\S/);
    for (const { flags, description } of command.createHelp().visibleOptions(command))
      expect(description, `${command.name()} ${flags}`).toMatch(/\S/);
    for (const each of command.registeredArguments)
      expect(each.description, `${command.name()} ${each.name()}`).toMatch(/\S/);
  }
});

/** Names of fields, of objects within lists and objects too, but not below what is opaque. */
function fields(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(fields);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    name,
    ...(opaque.has(name) ? [] : fields(inner)),
  ]);
}

const opaque = new Set(["detail", "event", "usage", "changes", "checks", "reading", "plan"]);

test("every field of the JSON is documented", async () => {
  const documented = await readFile(file, "utf8");
  const cli = await openCli();
  cli.scene.planned = { kind: "titles", titles: ["Land one", "Ask two"] };
  const run = await cli.run("run", "--json");
  const [{ id: cycle, tasks }] = JSON.parse(run.out);
  const reads = [
    ...["status", "tasks", "costs", "pause", "config show", "config path", "config validate"],
    ...["doctor", `show ${tasks[0].id}`, `show ${cycle}`, "logs -n 1"],
  ];
  const seen = new Set(fields(JSON.parse(run.out)));
  for (const argv of reads) {
    const { out } = await cli.run(...argv.split(" "), "--json");
    for (const name of fields(JSON.parse(out))) seen.add(name);
  }
  const missing = [...seen].filter((name) => !documented.includes(`\`${name}\``));
  expect(
    missing.filter((name) => !["day", "role", "task", "question", "answer"].includes(name)),
  ).toEqual([]);
});
