/** Real repositories for tests, in temporary folders that are removed afterwards. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { openRepo, type RepoOptions } from "../../src/adapters/git/open-repo.ts";
import { instant, projectName, type TaskId, taskId } from "../../src/core/ids.ts";
import type { Repo, Workspace } from "../../src/ports/repo.ts";

export const signal = new AbortController().signal;
// dozens of calls at once listen to it
setMaxListeners(0, signal);

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A new temporary folder. */
export async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "orch-git-test-"));
  folders.push(made);
  return made;
}

const environment = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

/** Runs a program to its end and answers what it printed; throws where it fails. */
export function run(program: string, args: readonly string[], input = ""): string {
  return finished(spawnSync(program, args, { ...bounds, input }), `${program} ${args[0]}`);
}

/** Runs git as a person would, in a folder; throws where it fails. */
export function person(cwd: string, ...args: readonly string[]): string {
  const words = ["-c", "protocol.file.allow=always", ...args];
  return finished(spawnSync("git", words, { ...bounds, cwd, env: environment }), words.join(" "));
}

/** Like `person`, for what may fail: the exit code. */
export function tried(cwd: string, ...args: readonly string[]): number {
  return spawnSync("git", args, { ...bounds, cwd, env: environment }).status ?? -1;
}

const bounds = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;

function finished(result: SpawnSyncReturns<string>, what: string): string {
  if (result.status !== 0) throw new Error(`${what} failed: ${result.stderr}`);
  return result.stdout.replace(/\n$/, "");
}

/** Writes files below a folder, with their folders. */
export async function write(
  root: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** A repository with one commit. */
export async function repository(
  files: Readonly<Record<string, string | Buffer>> = { "a.txt": "one\ntwo\nthree\n" },
  branch = "main",
): Promise<string> {
  const root = await folder();
  person(root, "init", "--quiet", "-b", branch);
  await write(root, files);
  commitAll(root, "Start");
  return root;
}

/** Commits everything in a work tree and answers the commit. */
export function commitAll(root: string, message: string): string {
  person(root, "add", "--all");
  person(root, "commit", "--quiet", "--allow-empty", "-m", message);
  return person(root, "rev-parse", "HEAD");
}

export interface Opened {
  readonly repo: Repo;
  readonly root: string;
  readonly data: string;
  readonly options: RepoOptions;
}

/** Opens a repository with a data folder of its own. */
export async function opened(root: string, more: Partial<RepoOptions> = {}): Promise<Opened> {
  const data = await folder();
  const options: RepoOptions = {
    project: projectName("demo"),
    path: root,
    branch: null,
    branchPrefix: "orch/",
    author: null,
    hubsDir: join(data, "hubs"),
    workspacesDir: join(data, "demo/workspaces"),
    now: () => instant(Date.now()),
    ...more,
  };
  return { repo: await openRepo(options, signal), root, data, options };
}

/** What was kept of work that did not land: references and their commits. */
export const rescues = (root: string): readonly (readonly string[])[] =>
  person(root, "for-each-ref", "--format=%(refname) %(objectname)", "refs/orch/rescue/")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));

/** A task id with a number in it. */
export const task = (number: number): TaskId => taskId(`task${String(number).padStart(8, "0")}`);

export const snapshotLimits = { message: "Do it\n", filesMax: 1_000, bytesMax: 10_000_000 };

/** Takes a workspace's work and expects that there is some. */
export async function taken(repo: Repo, workspace: Workspace) {
  const snapshot = await repo.snapshot(workspace, snapshotLimits, signal);
  if (snapshot.kind !== "taken") throw new Error(`no work taken: ${JSON.stringify(snapshot)}`);
  return snapshot;
}

/** Does a task's work on the branch's head: the commit of the work, and its merge. */
export async function worked(
  repo: Repo,
  number: number,
  files: Readonly<Record<string, string | Buffer>>,
) {
  const head = await repo.sync(signal);
  const name = `work-${task(number)}-1`;
  await using workspace = await repo.open({ at: head.commit, name }, signal);
  await write(workspace.path, files);
  const candidate = await taken(repo, workspace);
  const message = `Merge ${number}\n\nOrch-Task: ${task(number)}\n`;
  const merge = await repo.merge(head.commit, candidate.commit, message, signal);
  if (merge.kind !== "merged") throw new Error(`not merged: ${JSON.stringify(merge)}`);
  return { task: task(number), from: head.commit, to: merge.commit, candidate: candidate.commit };
}

/**
 * All that must not change under a person: files, index, stash, HEAD and their branches; but for
 * the
 * named files at the top, and the named references.
 */
export async function fingerprint(
  root: string,
  butFiles: readonly string[] = [],
  butRefs: readonly string[] = [],
): Promise<string> {
  const hash = createHash("sha256");
  hash.update(person(root, "ls-files", "--stage", "-v", "-z"));
  hash.update(person(root, "stash", "list"));
  hash.update(await readFile(join(person(root, "rev-parse", "--absolute-git-dir"), "HEAD")));
  const refs = person(root, "for-each-ref", "refs/heads", "refs/tags", "refs/stash");
  hash.update(
    refs
      .split("\n")
      .filter((line) => !line.includes("refs/heads/orch/"))
      .filter((line) => !butRefs.some((ref) => line.endsWith(ref)))
      .join("\n"),
  );
  await hashed(root, hash, butFiles);
  return hash.digest("hex");
}

/** Hashes a work tree's files alone. */
export async function filesPrint(root: string): Promise<string> {
  const hash = createHash("sha256");
  await hashed(root, hash);
  return hash.digest("hex");
}

async function hashed(
  root: string,
  hash: ReturnType<typeof createHash>,
  but: readonly string[] = [],
): Promise<void> {
  for (const name of (await readdir(root)).sort()) {
    if (name === ".git" || but.includes(name)) continue;
    const path = join(root, name);
    const found = await lstat(path);
    hash.update(`${name}\0${found.mode}\0`);
    if (found.isSymbolicLink()) hash.update(await readlink(path));
    else if (found.isDirectory()) await hashed(path, hash);
    else hash.update(await readFile(path));
  }
}
