/** What is found of a project's checks, ecosystem by ecosystem; what is found really runs. */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { detectChecks } from "../../src/adapters/detect.ts";
import { tempFolder } from "../support/folders.ts";

type Files = Readonly<Record<string, string>>;

async function folderOf(files: Files): Promise<string> {
  const folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const scripts = (of: Files): string => JSON.stringify({ scripts: of });

const ecosystems: readonly (readonly [string, Files, string | null, string | null])[] = [
  ["nothing", { "README.md": "# Test\n" }, null, null],
  [
    "Node",
    { "package.json": scripts({ test: "node --test", lint: "eslint ." }) },
    "npm test",
    "npm run lint",
  ],
  ["Node, just begun", { "package.json": scripts({ test: "echo no test specified" }) }, null, null],
  ["Node, broken", { "package.json": "{" }, null, null],
  ["Rust", { "Cargo.toml": "[package]\n" }, "cargo test", null],
  ["Go", { "go.mod": "module x\n" }, "go test ./...", "go vet ./..."],
  [
    "make",
    { Makefile: "build:\n\ttrue\ncheck:\n\ttrue\nlint:\n\ttrue\n" },
    "make check",
    "make lint",
  ],
  ["pytest.ini", { "pytest.ini": "[pytest]\n" }, "pytest", null],
  [
    "pyproject",
    { "pyproject.toml": "[tool.pytest.ini_options]\n[tool.ruff]\n" },
    "pytest",
    "ruff check .",
  ],
  ["pyproject without tests", { "pyproject.toml": "[project]\n" }, null, null],
  ["tox.ini", { "tox.ini": "[pytest]\n" }, "pytest", null],
  ["tox.ini that runs it", { "tox.ini": "[testenv]\ncommands = pytest\n" }, "pytest", null],
  ["setup.cfg", { "setup.cfg": "[tool:pytest]\n" }, "pytest", null],
  ["setup.cfg without it", { "setup.cfg": "[metadata]\n" }, null, null],
  ["requirements", { "requirements.txt": "flask\npytest>=8\n" }, "pytest", null],
  ["a plugin alone", { "requirements.txt": "flask-pytester\n" }, null, null],
  [
    "tests at the top",
    { "test_a.py": "", "requirements.txt": "flask\n" },
    "python3 -m unittest",
    null,
  ],
  ["tests aside", { "tests/test_a.py": "" }, "python3 -m unittest discover -s tests", null],
  [
    "tests in a package",
    { "test/test_a.py": "", "test/__init__.py": "", "setup.py": "" },
    "python3 -m unittest discover -s test -t .",
    null,
  ],
];

test.each(ecosystems)("%s", async (_, files, testCommand, lint) => {
  expect(await detectChecks(await folderOf(files))).toEqual({ test: testCommand, lint });
});

const aTest = `import unittest
from app import one
class Case(unittest.TestCase):
    def test_one(self):
        self.assertEqual(one, 1)
`;

test.each([
  ["at the top", { "test_a.py": aTest }],
  ["aside", { "tests/test_a.py": aTest }],
  [
    "in a package that its tests import",
    {
      "tests/__init__.py": "",
      "tests/given.py": "",
      "tests/test_a.py": `import tests.given\n${aTest}`,
    },
  ],
] as const)("what is found for plain Python tests %s runs them", async (_, tests) => {
  const folder = await folderOf({ "app.py": "one = 1\n", ...tests });
  const { test: command } = await detectChecks(folder);
  const said = execFileSync("sh", ["-c", `${command} 2>&1`], { cwd: folder, encoding: "utf8" });
  expect(said).toMatch(/Ran 1 test /);
});
