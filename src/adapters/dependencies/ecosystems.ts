/** How each ecosystem's lockfile says that something must be installed, and by which command. */

/** Text of a file in the project's folder; `null` where there is none. */
export type Files = ReadonlyMap<string, string>;

interface Ecosystem {
  /** The first of these that the project has decides. */
  readonly lockfiles: readonly string[];
  /** The command, or `null` where the lockfile names nothing to install. */
  command(lockfile: string, text: string, files: Files): string | null;
  /** Says which version of the ecosystem's runtime a command here would get. */
  readonly runtime: string;
}

/** What a project needs before its checks can run. */
export interface Setup {
  readonly command: string;
  /** Where it was found, for people. */
  readonly source: string;
  /** Commands whose answers belong to what is installed. */
  readonly runtimes: readonly string[];
}

const node = "node --version";
const python = "python3 --version";

/** At most one of a family: the lockfile of another package manager is a leftover. */
const families: readonly (readonly Ecosystem[])[] = [
  [
    {
      lockfiles: ["pnpm-lock.yaml"],
      runtime: node,
      // Links into the person's store would let an agent's edit reach all their projects.
      command: (_, text) =>
        /^(packages|snapshots):\s*$|link:/m.test(text)
          ? "pnpm install --frozen-lockfile --package-import-method=clone-or-copy"
          : null,
    },
    {
      lockfiles: ["yarn.lock"],
      runtime: node,
      command: (_, text) => yarnCommand(text),
    },
    {
      lockfiles: ["bun.lock", "bun.lockb"],
      runtime: "bun --version",
      command: (lockfile, text) =>
        lockfile === "bun.lock" && /"packages": \{\s*\}/.test(text)
          ? null
          : "bun install --frozen-lockfile --backend=copyfile",
    },
    {
      lockfiles: ["npm-shrinkwrap.json", "package-lock.json"],
      runtime: node,
      command: (_, text) => (isEmptyPackageLock(text) ? null : "npm ci"),
    },
  ],
  [
    {
      lockfiles: ["uv.lock"],
      runtime: python,
      command: (_, text) => (text.includes("[[package]]") ? "uv sync --frozen" : null),
    },
    {
      lockfiles: ["poetry.lock"],
      runtime: python,
      command: (_, text) =>
        text.includes("[[package]]")
          ? "POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-interaction"
          : null,
    },
    {
      lockfiles: ["Pipfile.lock"],
      runtime: python,
      command: (_, text) =>
        /"(version|file|path|git|editable)"/.test(text)
          ? "PIPENV_VENV_IN_PROJECT=1 pipenv sync --dev"
          : null,
    },
    {
      lockfiles: ["requirements.txt"],
      runtime: python,
      command: (_, __, files) => pipCommand(files),
    },
  ],
  [
    {
      lockfiles: ["Cargo.lock"],
      runtime: "cargo --version",
      command: (_, text) => (/^source = /m.test(text) ? "cargo fetch --locked" : null),
    },
  ],
  [
    {
      lockfiles: ["go.mod"],
      runtime: "go version",
      command: (_, text, files) =>
        /^require\b/m.test(text) && !files.has("vendor/modules.txt") ? "go mod download" : null,
    },
  ],
  [
    {
      lockfiles: ["Gemfile.lock"],
      runtime: "ruby --version",
      command: (_, text) =>
        /^ {4}\S+ \(/m.test(text)
          ? "BUNDLE_PATH=vendor/bundle BUNDLE_FROZEN=true bundle install"
          : null,
    },
  ],
  [
    {
      lockfiles: ["composer.lock"],
      runtime: "php --version",
      command: (_, text) =>
        /"name":/.test(text) ? "composer install --no-interaction --no-progress" : null,
    },
  ],
];

/** Files that say what is installed, beside those that a set-up command names. */
export const inputNames: readonly string[] = [
  ...families.flat().flatMap((each) => each.lockfiles),
  ...["package.json", ".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs", ".yarnrc", ".yarnrc.yml"],
  ...["bunfig.toml", "pyproject.toml", "setup.py", "setup.cfg", "uv.toml", "Pipfile"],
  ...["requirements-dev.txt", "dev-requirements.txt", "requirements-test.txt", "constraints.txt"],
  ...["Cargo.toml", "rust-toolchain", "rust-toolchain.toml", ".cargo/config.toml", "go.sum"],
  ...["vendor/modules.txt", "Gemfile", "composer.json", "mise.toml", ".mise.toml"],
  ...[".nvmrc", ".node-version", ".python-version", ".ruby-version", ".tool-versions"],
];

/** Finds the set-up of a folder; `null` where nothing needs to be installed. */
export function findSetup(files: Files): Setup | null {
  const found = families.flatMap((family) => {
    for (const { lockfiles, command, runtime } of family) {
      const lockfile = lockfiles.find((each) => files.has(each));
      if (lockfile === undefined) continue;
      const line = command(lockfile, files.get(lockfile) ?? "", files);
      return line === null ? [] : [{ line, lockfile, runtime }];
    }
    return [];
  });
  if (found.length === 0) return null;
  return {
    command: found.map(({ line }) => line).join(" && "),
    source: found.map(({ lockfile }) => lockfile).join(", "),
    runtimes: found.map(({ runtime }) => runtime),
  };
}

/** Berry's lockfile begins with a block of its own and lists the project itself as a workspace. */
function yarnCommand(text: string): string | null {
  if (!text.includes("__metadata:")) {
    return /^\s+(version|resolved) /m.test(text) ? "yarn install --frozen-lockfile" : null;
  }
  const local = /^\s+resolution: ".*@workspace:\.?"$/gm;
  const [all, own] = [text.match(/^\s+resolution: /gm) ?? [], text.match(local) ?? []];
  // The global cache lies in a home that is gone afterwards.
  return all.length > own.length ? "YARN_ENABLE_GLOBAL_CACHE=false yarn install --immutable" : null;
}

function isEmptyPackageLock(text: string): boolean {
  try {
    const lock: unknown = JSON.parse(text);
    const of = (name: "packages" | "dependencies"): readonly string[] => {
      const value = lock === null ? undefined : Object(lock)[name];
      return Object.keys(Object(value)).filter((each) => each !== "");
    };
    return of("packages").length === 0 && of("dependencies").length === 0;
  } catch {
    return false; // npm says best what is wrong with it
  }
}

function pipCommand(files: Files): string | null {
  const lists = ["requirements.txt", "requirements-dev.txt", "dev-requirements.txt"]
    .concat("requirements-test.txt")
    .filter((name) => /^\s*[^\s#]/m.test(files.get(name) ?? ""));
  if (lists.length === 0) return null;
  const given = lists.map((name) => `-r ${name}`).join(" ");
  return `python3 -m venv .venv && .venv/bin/pip install ${given}`;
}
