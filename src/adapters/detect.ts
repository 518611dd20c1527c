/** Guesses a project's checks from the files that its ecosystem keeps. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

export interface DetectedChecks {
  readonly test: string | null;
  readonly lint: string | null;
}

const manifest = z.object({ scripts: z.record(z.string(), z.string()).default({}) });
/** What `npm init` writes where there are no tests. */
const noTest = /no test specified/;

interface Guess {
  readonly file: string;
  readonly read: (text: string) => DetectedChecks;
}

const guesses: readonly Guess[] = [
  { file: "package.json", read: ofNode },
  { file: "Cargo.toml", read: () => ({ test: "cargo test", lint: null }) },
  { file: "go.mod", read: () => ({ test: "go test ./...", lint: "go vet ./..." }) },
  { file: "pytest.ini", read: () => ({ test: "pytest", lint: null }) },
  { file: "pyproject.toml", read: ofPython(/\[tool\.pytest/, /\bpytest\b/) },
  { file: "tox.ini", read: ofPython(/^\[pytest\]/m, /\bpytest\b/) },
  { file: "setup.cfg", read: ofPython(/^\[tool:pytest\]/m, /\bpytest\b/) },
  ...["requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "setup.py"].map(
    (file) => ({ file, read: ofPython(/^pytest\b/m, /["']pytest\b/) }),
  ),
  { file: "ruff.toml", read: () => ({ test: null, lint: "ruff check ." }) },
  { file: "Makefile", read: ofMake },
];

/** Looks for a project's test and lint commands in `folder`; null where none can be told. */
export async function detectChecks(folder: string): Promise<DetectedChecks> {
  let found: DetectedChecks = { test: null, lint: null };
  for (const { file, read } of guesses) {
    const text = await readFile(join(folder, file), "utf8").catch(() => null); // most are not there
    if (text === null) continue;
    const { test, lint } = read(text);
    found = { test: found.test ?? test, lint: found.lint ?? lint };
  }
  return found.test === null ? { ...found, test: await unittests(folder) } : found;
}

/** Python's own names for files of tests. */
const testFile = /^test.*\.py$/;

/** What runs the tests that Python's own runner finds; it looks into packages alone by itself. */
async function unittests(folder: string): Promise<string | null> {
  if ((await filesIn(folder)).some((name) => testFile.test(name))) return "python3 -m unittest";
  for (const inner of ["tests", "test"]) {
    const files = await filesIn(join(folder, inner));
    if (!files.some((name) => testFile.test(name))) continue;
    // a package's tests may import each other by the package's name
    const from = files.includes("__init__.py") ? " -t ." : "";
    return `python3 -m unittest discover -s ${inner}${from}`;
  }
  return null;
}

// most are not there
const filesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

function ofNode(text: string): DetectedChecks {
  const parsed = parseManifest(text);
  const test = parsed["test"];
  return {
    test: test === undefined || noTest.test(test) ? null : "npm test",
    lint: parsed["lint"] === undefined ? null : "npm run lint",
  };
}

function parseManifest(text: string): Readonly<Record<string, string>> {
  try {
    const parsed = manifest.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.scripts : {};
  } catch {
    return {}; // a broken manifest has no commands to offer
  }
}

/** Python's tests are pytest's only where it is set up or asked for. */
function ofPython(...ofPytest: readonly RegExp[]): (text: string) => DetectedChecks {
  return (text) => ({
    test: ofPytest.some((each) => each.test(text)) ? "pytest" : null,
    lint: /\[tool\.ruff/.test(text) ? "ruff check ." : null,
  });
}

function ofMake(text: string): DetectedChecks {
  const target = /^(test|check):/m.exec(text)?.[1];
  return {
    test: target === undefined ? null : `make ${target}`,
    lint: /^lint:/m.test(text) ? "make lint" : null,
  };
}
