/** The walls of the house hold, and the check that says so can see. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from "dependency-cruiser";
import { describe, expect, test } from "vitest";
import { tempFolder } from "./support/folders.ts";

interface Walls {
  readonly forbidden: NonNullable<IFlattenedRuleSet["forbidden"]>;
}
const walls: Walls = createRequire(import.meta.url)("../.dependency-cruiser.cjs");

async function cruised(baseDir: string): Promise<ICruiseResult> {
  const options = {
    baseDir,
    validate: true,
    ruleSet: { forbidden: walls.forbidden },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  };
  const { output } = await cruise(["src", "tests/sim"], options, { extensions: [".ts", ".js"] });
  if (typeof output === "string") throw new Error("expected a result, not a report");
  return output;
}

const rulesIn = (result: ICruiseResult): readonly string[] => [
  ...new Set(result.summary.violations.map(({ rule }) => rule.name)),
];

/** For each wall a file that breaks it, and what it imports. */
const planted: readonly (readonly [string, string, string])[] = [
  ["core-is-alone", "src/core/a.ts", "../ports/b.ts"],
  ["core-is-alone", "src/core/c.ts", "node:fs"],
  ["ports-see-core", "src/ports/b.ts", "../engine/d.ts"],
  ["stages-see-ports", "src/stages/work/e.ts", "../../engine/d.ts"],
  ["stages-see-ports", "src/stages/work/time.ts", "node:timers"],
  ["engine-sees-stages", "src/engine/d.ts", "../adapters/git/f.ts"],
  ["adapters-do-not-see-each-other", "src/adapters/git/f.ts", "../shell/g.ts"],
  ["one-file-starts-processes", "src/adapters/shell/g.ts", "node:child_process"],
  ["faces-do-not-see-adapters", "src/cli/h.ts", "../adapters/git/f.ts"],
  ["scripted-model-is-alone", "src/scripted-model/i.ts", "../core/a.ts"],
  ["only-main-and-compose-see-all", "src/config/j.ts", "../compose/k.ts"],
  ["config-is-an-edge", "src/config/l.ts", "../engine/d.ts"],
  ["simulator-sees-no-adapters", "tests/sim/run/m.ts", "../../../src/adapters/git/f.ts"],
  ["simulated-world-is-alone", "tests/sim/world/n.ts", "node:timers"],
];

describe("the walls", () => {
  test("stand, and the check has seen the whole house", async () => {
    const result = await cruised(process.cwd());
    expect(
      result.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`),
    ).toEqual([]);
    const files = await sources("src");
    const seen = new Set(result.modules.map(({ source }) => source));
    expect(files.filter((file) => !seen.has(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  }, 120_000);

  test.each(planted)("%s catches %s importing %s", async (rule, file, target) => {
    const folder = await tempFolder();
    for (const each of ["src", "tests/sim"]) await mkdir(join(folder, each), { recursive: true });
    const aimed = target.startsWith(".") ? join(dirname(file), target) : null;
    for (const path of aimed === null ? [file] : [aimed, file]) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), "export const x = 1;\n");
    }
    await writeFile(join(folder, file), `import * as there from "${target}";\nexport { there };\n`);
    expect(rulesIn(await cruised(folder))).toContain(rule);
  });
});

/** A file that wants more is two ideas. */
const linesMax = 250;

test(`no file of the house has more than ${linesMax} lines`, async () => {
  const long: string[] = [];
  for (const file of [...(await sources("src")), ...(await sources("tests/sim"))]) {
    const lines = (await readFile(file, "utf8")).split("\n").length - 1;
    if (lines > linesMax) long.push(`${file}: ${lines}`);
  }
  expect(long).toEqual([]);
});

/** A line that is longer is not seen beside another, nor in a diff. */
const columnsMax = 100;

/**
 * What cannot be broken: an address, a regular expression that fills its line, the title of a
 * test, by which the documents name it, and a piece of source that a mutant quotes.
 */
const unbreakable = [
  /https?:\/\/\S{40,}/,
  /^\s*\/(?![/*]).*\/[dgimsuvy]*[,;)]*$/,
  /^\s*(?:(?:test|it|describe)\b[^"]*|[\])]+)\("/,
  /^\s*(?:text|by): '/,
];

const tooLong = (text: string): readonly number[] =>
  text
    .split("\n")
    .flatMap((line, at) =>
      line.length > columnsMax && !unbreakable.some((rule) => rule.test(line)) ? [at + 1] : [],
    );

test(`no line of code has more than ${columnsMax} columns that could be broken`, async () => {
  const long: string[] = [];
  for (const folder of ["src", "tests", "bench"])
    for (const file of await sources(folder))
      long.push(...tooLong(await readFile(file, "utf8")).map((line) => `${file}:${line}`));
  expect(long).toEqual([]);
});

test("a line that is too long is found, whether it is code, a comment or a text", () => {
  const words = "word ".repeat(20);
  const all = [`const a = "${words}";`, `// ${words}`, `/** ${words} */`, ` * ${words}`];
  for (const line of all) expect(tooLong(`fits\n${line}`)).toEqual([2]);
  for (const line of [`// https://example.org/${"x".repeat(90)}`, `  /${words}/gu;`])
    expect(tooLong(line)).toEqual([]);
  for (const line of [`test("${words}", () => {`, `])("${words}", () => {`])
    expect(tooLong(line)).toEqual([]);
});

async function sources(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((each) => each.endsWith(".ts")).map((each) => join(folder, each));
}
