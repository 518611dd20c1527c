/** Toolchains in a person's home go on working, and the tokens beside them cannot be read. */
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openMachine } from "../../src/compose/machine.ts";
import type { CommandResult, Shell } from "../../src/ports/shell.ts";
import { never } from "../support/sandboxes.ts";
import { homePython, homeRust, type Toolchain } from "./parts/home-toolchains.ts";

const real = homedir();
const token = "not-to-be-seen";

let home: string;
let project: string;
let shell: Shell;
let rust: Toolchain;
let python: Toolchain;

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
  [rust, python] = [await homeRust(home), await homePython(home)];
  const beside = [".npmrc", ".netrc", ".nvm/.npmrc", ".nvm/versions/node/v1/etc/npmrc"];
  for (const name of [...beside, ".cargo/credentials.toml", ".aws/credentials", ".ssh/id_rsa"])
    await put(join(home, name), token);
  const path = [node, ...rust.path, ...python.path];
  const before = process.env["HOME"];
  process.env["HOME"] = home;
  const env = {
    PATH: `${path.join(":")}:/usr/bin:/bin`,
    ...{ RUSTUP_HOME: rust.root, PYENV_ROOT: python.root },
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

test("Python of a home folder tests a project", async () => {
  const text = "import unittest\nclass T(unittest.TestCase):\n  def test_it(self): pass\n";
  await put(join(project, "test_a.py"), text);
  const where = await green("python3 -c 'import sys; print(sys.prefix)'");
  expect(where).toContain(python.root);
  expect(
    await green("python3 -m unittest -v test_a && python3 -m venv --without-pip .venv"),
  ).toMatch(/Ran 1/);
}, 120_000);

test("Rust of a home folder builds and tests a project", async () => {
  await put(join(project, "Cargo.toml"), '[package]\nname = "a"\nversion = "0.1.0"\n');
  await put(join(project, "src/lib.rs"), "#[test]\nfn it_runs() {}\n");
  expect(await green("command -v cargo")).toContain(home);
  expect(await green("rustc --print sysroot")).toContain(rust.root);
  expect(await green("cargo test --offline --lib")).toMatch(/1 passed/);
}, 200_000);

test("the tokens beside them cannot be read, nor anything of theirs be changed", async () => {
  const { output } = await run(
    `cat $(find ${home} -type f ! -name node ! -path '*/.cargo/bin/*' \\
       ! -path '*/.rustup/*' ! -path '*/.pyenv/*') < /dev/null; find ${home}
     echo x >> ${home}/.nvm/versions/node/v1/bin/node; touch ${home}/planted; ls -A ${real}`,
  );
  expect(output).not.toContain(token);
  expect(output).toContain(join(home, ".nvm/versions/node/v1/bin/node"));
  for (const name of [".ssh", ".aws", ".netrc"]) expect(output).not.toContain(join(home, name));
  expect(await readdir(home)).not.toContain("planted");
});
