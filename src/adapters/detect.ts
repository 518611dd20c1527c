/** Guesses a project's checks from the files that its ecosystem keeps. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

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
  { file: "pyproject.toml", read: ofPython },
  { file: "pytest.ini", read: () => ({ test: "pytest", lint: null }) },
  { file: "setup.py", read: () => ({ test: "python3 -m unittest", lint: null }) },
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
  return found;
}

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

function ofPython(text: string): DetectedChecks {
  return {
    test: /pytest/.test(text) ? "pytest" : "python3 -m unittest",
    lint: /\[tool\.ruff/.test(text) ? "ruff check ." : null,
  };
}

function ofMake(text: string): DetectedChecks {
  const target = /^(test|check):/m.exec(text)?.[1];
  return {
    test: target === undefined ? null : `make ${target}`,
    lint: /^lint:/m.test(text) ? "make lint" : null,
  };
}
