/** What the README says is done, and found to be so. */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { describe, expect, onTestFinished, test } from "vitest";
import { gitMin } from "../../src/adapters/git/version.ts";
import { buildProgram } from "../../src/cli/cli.ts";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { parseScenario } from "../../src/scripted-model/parse-scenario.ts";
import { openScriptedModel } from "../../src/scripted-model/server.ts";
import {
  blocksOf,
  codeOf,
  documents,
  repository,
  rowsOf,
  section,
  textOf,
} from "../support/documents.ts";
import { tempFolder } from "../support/folders.ts";
import { commitAll, person, write as put } from "../support/git-fixture.ts";
import { processesIn } from "../support/leftovers.ts";
import { bash, draft, passes, plans, works, write } from "../support/plays.ts";
import { fromSources, start } from "../support/program.ts";

const readme = textOf("README.md");

/** A person's project: a backlog in prose, and tests that its manifest names. */
const project = {
  "CLAUDE.md": "# My app\n\nGreets people.\n\n## Backlog\n\n- Greet by name.\n",
  "package.json": '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  "greet.js": 'export const greet = () => "hello";\n',
  "greet.test.js":
    'import { test } from "node:test";\nimport { equal } from "node:assert";\n' +
    'import { greet } from "./greet.js";\ntest("greets", () => equal(greet(), "hello"));\n',
  ".gitignore": "node_modules/\n",
};

const scenario = parseScenario({
  planner: [plans(draft("Greet by name", { allowed_files: ["polite.js", "polite.test.js"] }))],
  worker: [
    works(
      "Greet by name",
      write({
        "polite.js": 'export const greetBy = (name) => "hello " + name;\n',
        "polite.test.js":
          'import { test } from "node:test";\nimport { equal } from "node:assert";\n' +
          'import { greetBy } from "./polite.js";\n' +
          'test("greets by name", () => equal(greetBy("Ada"), "hello Ada"));\n',
      }),
      bash("npm test"),
    ),
  ],
  judge: [passes],
});

/** Programs that stand before the machine's: `npm install -g .` gives `orch`, as it would. */
async function shims(folder: string): Promise<string> {
  const [bin, global] = [join(folder, "bin"), join(folder, "global")];
  const quoted = fromSources.map((each) => `'${each}'`).join(" ");
  await mkdir(bin);
  await mkdir(global);
  await put(bin, {
    npm: `#!/bin/sh
if [ "$*" = "install -g ." ]; then cp '${bin}/built' '${global}/orch'; exit; fi
PATH="\${PATH#*:}" exec npm "$@"
`,
    built: `#!/bin/sh\nexec ${quoted} "$@"\n`,
  });
  for (const file of ["npm", "built"]) await chmod(join(bin, file), 0o755);
  return `${bin}:${global}:${process.env["PATH"] ?? ""}`;
}

test("the commands for one's own project do what they say, word for word", async () => {
  const home = await tempFolder();
  const app = join(home, "code", "my-app");
  await mkdir(app, { recursive: true });
  await mkdir(join(home, "tmp"));
  person(app, "init", "--quiet", "-b", "main");
  await put(app, project);
  commitAll(app, "Begin");
  const model = await openScriptedModel(scenario);
  onTestFinished(() => model.close());
  const [script = ""] = blocksOf(section(readme, "## Use it on your own project"), "sh");
  expect(script).toMatch(/npm install -g \.[\s\S]*orch init[\s\S]*orch doctor[\s\S]*orch run/);
  const env = {
    ...{ PATH: await shims(home), HOME: home, TMPDIR: join(home, "tmp"), TSX_DISABLE_CACHE: "1" },
    ...{ ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: "placeholder", IS_SANDBOX: "1" },
  };
  const { code, out, err } = await start(["sh", "-e", "-c", script], { cwd: repository, env })
    .ended;
  expect([code, code === 0 ? "" : err]).toEqual([0, ""]);

  const portfolio = await readFile(join(home, "code", "orch.jsonc"), "utf8");
  expect(portfolio).toContain('"test_command": "npm test"');
  expect(portfolio).toContain('"path": "./my-app"');
  expect(out).toMatch(/ok +git \d+\.\d+/);
  expect(out).toContain("`npm test` passes on a clean clone");
  expect(out).toMatch(/landed +(\w{12}) {2}Greet by name/);
  const task = person(app, "log", "-1", "--format=%(trailers:key=Orch-Task,valueonly)").trim();
  // the trail, as the README draws it
  const drawn = blocksOf(section(readme, "## Commands"), "").at(-1) ?? "";
  expect(drawn.match(/my-app\/\.orch\/(plans|workers|verdicts)\//g)).toHaveLength(3);
  expect(await readdir(join(app, ".orch/workers"))).toEqual([`${task}.md`]);
  expect(await readdir(join(app, ".orch/verdicts"))).toEqual([`${task}.md`]);
  expect(await readdir(join(app, ".orch/plans"))).toEqual([
    expect.stringMatching(/^cycle_\w{12}\.md$/),
  ]);
  expect(await processesIn(home)).toEqual([]);
  expect(await readdir(join(home, "tmp"))).toEqual([]);
}, 120_000);

describe("the package", () => {
  const { scripts, engines } = JSON.parse(textOf("package.json"));

  test.each(["README.md", "CONTRIBUTING.md", "docs/state-machine.md"])(
    "has every npm script that %s names",
    (file) => {
      const named = [...textOf(file).matchAll(/npm (?:run )?(?!ci|install|run)([a-z:]+)/g)];
      expect(named.length).toBeGreaterThan(0);
      for (const [, script = ""] of named) expect(Object.keys(scripts)).toContain(script);
    },
  );

  test("builds when it is installed, and its demo runs what was built", () => {
    expect(scripts).toMatchObject({
      prepare: "npm run build",
      demo: "node dist/main.js demo",
      test: "vitest run",
    });
  });

  test("needs the Node and the git that the README names", () => {
    expect(readme).toContain(`git ${gitMin} or newer`);
    const [, version] = /Node (\d+\.\d+) or newer/.exec(readme) ?? [];
    expect(engines.node).toBe(`>=${version}`);
  });
});

const commandNames = (command: CommandUnknownOpts): readonly string[] =>
  command.commands.map((each) => each.name());

/** Carries a line out as far as its grammar goes; throws where that does not allow it. */
async function parse(line: string): Promise<void> {
  const program = buildProgram(async () => undefined);
  const root = program as unknown as CommandUnknownOpts; // the root is a command like all others
  for (const each of [root, ...root.commands, ...root.commands.flatMap(({ commands }) => commands)])
    each.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, inner, bare]) => inner ?? bare ?? "",
  );
  const [, command = "", ...rest] = words;
  expect(commandNames(root)).toContain(command);
  // a mere name, or one with its usage, says nothing more than that the command is there
  const isName =
    rest.every((each) => each === "--json") || rest.some((each) => /^[[<…]/.test(each));
  if (!isName) await program.parseAsync(words.slice(1), { from: "user" });
}

describe.each(["README.md", "docs/cli.md", "docs/configuration.md", "docs/security.md"])(
  "the commands in %s",
  (file) => {
    test("are there and can be given so", async () => {
      const text = textOf(file);
      const shell = blocksOf(text, "sh").flatMap((each) => each.split("\n"));
      const lines = [...codeOf(text), ...shell].filter((each) => /^orch [a-z]/.test(each));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) await parse(line.replace(/\s+[#|].*$/, ""));
    });
  },
);

test("the README's list of commands is complete", () => {
  const program = buildProgram(async () => undefined) as unknown as CommandUnknownOpts; // as above
  const [list = ""] = section(readme, "## Commands").trim().split("\n\n");
  const named = codeOf(list).map((each) => each.replace(/^orch /, "").split(" ")[0]);
  expect(named.toSorted()).toEqual(
    commandNames(program)
      .filter((each) => !["help", "complete"].includes(each))
      .toSorted(),
  );
  for (const [, code] of readme.matchAll(/(?:Exit codes: |, )(\d+) [a-z]/g))
    expect(Object.values(exitCodes)).toContain(Number(code));
});

describe("the README's table of fields", () => {
  const rows = rowsOf(section(readme, "## The portfolio")).slice(1);
  const fields: Record<string, { readonly default?: unknown }> = JSON.parse(
    textOf("src/config/schema.json"),
  ).properties.projects.items.properties;
  const meaning = (text: string): unknown => {
    if (text === "") return undefined;
    if (text === "empty") return "";
    if (text === "none" || text === "found by itself") return null;
    const plain = text.replaceAll("`", "");
    return /^[\d.]+$|^(true|false)$/.test(plain) ? JSON.parse(plain) : plain;
  };

  test.each(rows.map(([names = "", , value = ""]) => ({ names: codeOf(names), value })))(
    "has $names as the schema has them",
    ({ names, value }) => {
      const values = value.split(", ");
      for (const [at, name] of names.entries()) {
        expect(Object.keys(fields)).toContain(name);
        expect([name, fields[name]?.default]).toEqual([
          name,
          meaning(values[values.length === 1 ? 0 : at] ?? "?"),
        ]);
      }
    },
  );
});

describe.each(documents)("%s", (file) => {
  const text = textOf(file);

  test("links to files that are there", () => {
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#\s]+)/g))
      expect([target, existsSync(resolve(repository, dirname(file), target))]).toEqual([
        target,
        true,
      ]);
  });

  test("names source files that are there", () => {
    const pattern =
      /^(?:(?:src|tests|docs|examples|prompts|core|stages|engine|adapters|compose|cli)\/)[\w./-]*$/;
    for (const path of codeOf(text).filter((each) => pattern.test(each)))
      expect([path, ["", "src"].some((base) => existsSync(join(repository, base, path)))]).toEqual([
        path,
        true,
      ]);
  });
});
