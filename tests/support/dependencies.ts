/** Workspaces that need something installed, and what installs it. */
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeAll } from "vitest";
import { openDependencies } from "../../src/adapters/dependencies/open.ts";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { surroundingsOf } from "../../src/adapters/sandbox/surroundings.ts";
import { toolchainEnv } from "../../src/adapters/sandbox/toolchains.ts";
import { openShell } from "../../src/adapters/shell/open.ts";
import { commitSha } from "../../src/core/ids.ts";
import type { Installed } from "../../src/ports/dependencies.ts";
import type { Workspace } from "../../src/ports/repo.ts";
import type { Shell } from "../../src/ports/shell.ts";
import { tempFolder } from "./folders.ts";
import { never, path } from "./sandboxes.ts";

let shell: Shell;
/** A folder that all set-ups may write to. */
let shared: string;
beforeAll(async () => {
  const sandbox = await openSandbox({ path, mark: "test" }, never);
  const caches = await mkdtemp(join(tmpdir(), "orch-test-"));
  const around = { env: process.env, home: homedir(), caches, apart: true };
  const env = toolchainEnv(surroundingsOf(around));
  shell = openShell({ sandbox, env, caches: [caches] });
  shared = caches;
  return () => rm(caches, { recursive: true, force: true });
});

export const workspaceAt = (folder: string): Workspace => ({
  name: "work",
  path: folder,
  readable: [],
  base: commitSha("0".repeat(40)),
  keep: () => undefined,
  shield: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
});

export const open = (storeDir: string, setupCommand: string | null, timeoutMs = 60_000) =>
  openDependencies({ shell, storeDir, setupCommand, env: {}, path, timeoutMs });

export async function workspace(files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return workspaceAt(folder);
}

export async function run(command: string, at: Workspace, env = {}): Promise<string> {
  const result = await shell.run(
    { command, cwd: at.path, env, timeoutMs: 60_000, writable: [at.root ?? at.path, shared] },
    never,
  );
  if (result.ended.kind !== "exited" || result.ended.code !== 0) throw new Error(result.output);
  return result.output.trim();
}

export function ready(installed: Installed): Extract<Installed, { kind: "ready" }> {
  if (installed.kind === "failed") throw new Error(installed.output);
  return installed;
}

/** An npm project with a dependency in a tarball and one in a folder; needs no network. */
export async function npmProject(): Promise<Workspace> {
  const project = await workspace({
    "package.json": JSON.stringify({
      name: "app",
      version: "1.0.0",
      dependencies: { greeting: "file:greeting.tgz", local: "file:local" },
    }),
  });
  const script = `mkdir -p package local
    echo '{"name":"greeting","version":"1.0.0","bin":"bin.js"}' > package/package.json
    echo 'module.exports = "hello"' > package/index.js
    printf '#!/usr/bin/env node\\nconsole.log(require("."))\\n' > package/bin.js
    echo '{"name":"local","version":"1.0.0"}' > local/package.json
    echo 'module.exports = "near"' > local/index.js
    tar czf greeting.tgz package && rm -r package
    npm install --package-lock-only --offline`;
  await run(script, project);
  return project;
}

export async function copyOf(project: Workspace): Promise<Workspace> {
  const folder = await tempFolder();
  const filter = (from: string) => basename(from) !== "node_modules";
  await cp(project.path, folder, { recursive: true, filter });
  return workspaceAt(folder);
}

/** A set-up that counts its runs outside of the workspace. */
export async function counted(rest: string): Promise<{ command: string; runs(): Promise<number> }> {
  const count = join(shared, randomUUID());
  await writeFile(count, "");
  return {
    command: `echo x >> ${count}; ${rest}`,
    runs: async () => (await readFile(count, "utf8")).length / 2,
  };
}
