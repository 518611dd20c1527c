import { expect, test } from "vitest";
import { findSetup } from "../../../src/adapters/dependencies/ecosystems.ts";

const commandOf = (files: Readonly<Record<string, string>>): string | null =>
  findSetup(new Map(Object.entries(files)))?.command ?? null;

const npmLock = JSON.stringify({ packages: { "": {}, "node_modules/a": {} } });
const classic = '# yarn lockfile v1\n\na@^1:\n  version "1.0.0"\n  resolved "x"\n';
const berry = (more: string): string =>
  `__metadata:\n  version: 8\n\n"app@workspace:.":\n  resolution: "app@workspace:."\n${more}`;

test.each([
  [{ "package-lock.json": npmLock }, "npm ci"],
  [{ "npm-shrinkwrap.json": npmLock }, "npm ci"],
  [{ "package-lock.json": '{"lockfileVersion":1,"dependencies":{"a":{}}}' }, "npm ci"],
  [
    { "pnpm-lock.yaml": "packages:\n  a@1:\n", "package-lock.json": npmLock },
    "pnpm install --frozen-lockfile --package-import-method=clone-or-copy",
  ],
  [{ "yarn.lock": classic }, "yarn install --frozen-lockfile"],
  [
    { "yarn.lock": berry('"a@npm:1":\n  resolution: "a@npm:1"\n') },
    "YARN_ENABLE_GLOBAL_CACHE=false yarn install --immutable",
  ],
  [{ "bun.lock": '"packages": {\n "a": []' }, "bun install --frozen-lockfile --backend=copyfile"],
  [{ "uv.lock": '[[package]]\nname = "a"' }, "uv sync --frozen"],
  [
    { "poetry.lock": "[[package]]" },
    "POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-interaction",
  ],
  [
    { "Pipfile.lock": '{"default":{"a":{"version":"==1"}}}' },
    "PIPENV_VENV_IN_PROJECT=1 pipenv sync --dev",
  ],
  [
    { "requirements.txt": "# all\na==1\n", "requirements-dev.txt": "pytest" },
    "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt -r requirements-dev.txt",
  ],
  [{ "Cargo.lock": '[[package]]\nname = "a"\nsource = "registry+x"' }, "cargo fetch --locked"],
  [{ "go.mod": "module x\n\nrequire a v1\n" }, "go mod download"],
  [
    { "Gemfile.lock": "GEM\n  specs:\n    rake (13.0)\n" },
    "BUNDLE_PATH=vendor/bundle BUNDLE_FROZEN=true bundle install",
  ],
  [
    { "composer.lock": '{"packages":[{"name":"a/b"}]}' },
    "composer install --no-interaction --no-progress",
  ],
])("%j is set up by its own package manager", (files, command) => {
  expect(commandOf(files as Record<string, string>)).toBe(command);
});

test.each([
  [{}],
  [{ "package.json": "{}" }],
  [{ "package-lock.json": '{"packages":{"":{}}}' }],
  [{ "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters:\n  .: {}\n" }],
  [{ "yarn.lock": "# yarn lockfile v1\n" }],
  [{ "yarn.lock": berry("") }],
  [{ "requirements.txt": "# nothing\n\n" }],
  [{ "Cargo.lock": 'version = 4\n\n[[package]]\nname = "me"\nversion = "0.1.0"\n' }],
  [{ "go.mod": "module x\n\ngo 1.22\n" }],
  [{ "go.mod": "module x\nrequire a v1\n", "vendor/modules.txt": "# a v1" }],
])("%j needs nothing", (files) => {
  expect(commandOf(files as Record<string, string>)).toBeNull();
});

test("a project of several languages is set up for each", () => {
  const found = findSetup(
    new Map([
      ["package-lock.json", npmLock],
      ["requirements.txt", "a"],
    ]),
  );
  expect(found?.command).toMatch(/^npm ci && python3 -m venv/);
  expect(found?.source).toBe("package-lock.json, requirements.txt");
  expect(found?.runtimes).toEqual(["node --version", "python3 --version"]);
});

test("a lockfile that cannot be read is left to its package manager to explain", () => {
  expect(commandOf({ "package-lock.json": "<<<<<<< ours" })).toBe("npm ci");
});
