/** Toolchains in a person's home go on working, and the tokens beside them cannot be read. */
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openMachine } from "../../src/compose/machine.ts";
import type { CommandResult, Shell } from "../../src/ports/shell.ts";
import { never } from "../support/sandboxes.ts";

const real = homedir();
const token = "not-to-be-seen";
/** Where this machine has toolchains out of `/usr`; Node's is made here, from the one that runs. */
const rust = process.env["RUSTUP_HOME"] ?? join(real, ".rustup");
const python = process.env["PYENV_ROOT"] ?? join(real, ".pyenv");
const [hasRust, hasPython] = await Promise.all([rust, python].map(isFolder));

let home: string;
let project: string;
let shell: Shell;

async function isFolder(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  );
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

beforeAll(async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "orch-test-")));
  home = join(root, "home");
  const node = join(home, ".nvm/versions/node/v1/bin");
  await mkdir(node, { recursive: true });
  await cp(process.execPath, join(node, "node"));
  if (hasRust) await cp(join(real, ".cargo/bin"), join(home, ".cargo/bin"), { recursive: true });
  const beside = [".npmrc", ".netrc", ".nvm/.npmrc", ".nvm/versions/node/v1/etc/npmrc"];
  for (const name of [...beside, ".cargo/credentials.toml", ".aws/credentials", ".ssh/id_rsa"])
    await put(join(home, name), token);
  const path = [node, join(home, ".cargo/bin"), join(python, "shims"), join(python, "bin")];
  const before = process.env["HOME"];
  process.env["HOME"] = home;
  const env = {
    PATH: `${path.join(":")}:/usr/bin:/bin`,
    ...(hasRust ? { RUSTUP_HOME: rust } : {}),
    ...(hasPython ? { PYENV_ROOT: python } : {}),
  };
  const dataDir = join(root, "data");
  const machine = await openMachine(
    { dataDir, sandbox: "auto", containerCommand: null },
    env,
    never,
  );
  process.env["HOME"] = before;
  expect(machine.sandbox.confines).toBe(true);
  shell = machine.shell(join(dataDir, "caches"));
  project = join(root, "project");
  await mkdir(project);
  return () => rm(root, { recursive: true, force: true, maxRetries: 2 });
}, 60_000);

const run = (command: string): Promise<CommandResult> =>
  shell.run({ command, cwd: project, env: {}, timeoutMs: 100_000 }, never);

async function green(command: string): Promise<string> {
  const { ended, output } = await run(command);
  expect(ended, output).toEqual({ kind: "exited", code: 0 });
  return output;
}

test("Node of a home folder tests a project", async () => {
  await put(
    join(project, "a.test.mjs"),
    'import test from "node:test"; test("it runs", () => {});',
  );
  expect(await green("command -v node")).toContain(home);
  expect(await green("node --test a.test.mjs")).toMatch(/pass 1/);
});

test.runIf(hasPython)(
  "Python of a home folder tests a project",
  async () => {
    const text = "import unittest\nclass T(unittest.TestCase):\n  def test_it(self): pass\n";
    await put(join(project, "test_a.py"), text);
    const where = await green("python3 -c 'import sys; print(sys.prefix)'");
    expect(where).toContain(python);
    expect(await green("python3 -m unittest -v test_a && python3 -m venv .venv")).toMatch(/Ran 1/);
  },
  120_000,
);

test.runIf(hasRust)(
  "Rust of a home folder builds and tests a project",
  async () => {
    await put(join(project, "Cargo.toml"), '[package]\nname = "a"\nversion = "0.1.0"\n');
    await put(join(project, "src/lib.rs"), "#[test]\nfn it_runs() {}\n");
    expect(await green("command -v cargo")).toContain(home);
    expect(await green("cargo test --offline")).toMatch(/1 passed/);
  },
  200_000,
);

test("the tokens beside them cannot be read, nor anything of theirs be changed", async () => {
  const { output } = await run(
    `cat $(find ${home} -type f ! -name node ! -path '*/.cargo/bin/*') < /dev/null; find ${home}
     echo x >> ${home}/.nvm/versions/node/v1/bin/node; touch ${home}/planted; ls -A ${real}`,
  );
  expect(output).not.toContain(token);
  expect(output).toContain(join(home, ".nvm/versions/node/v1/bin/node"));
  for (const name of [".ssh", ".aws", ".netrc"]) expect(output).not.toContain(join(home, name));
  expect(await readdir(home)).not.toContain("planted");
});
