/** The world of the repository's contract: a repository under test and a person beside it. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommitSha, type TaskId, taskId } from "../../src/core/ids.ts";
import type { Repo, SnapshotRequest, Workspace } from "../../src/ports/repo.ts";

/** How an agent sees the files of a workspace. */
export interface Files {
  /** A file's text; throws `ENOENT` where there is none. */
  read(workspace: Workspace | null, path: string): Promise<string>;
  write(workspace: Workspace, path: string, text: string): Promise<void>;
  remove(workspace: Workspace, path: string): Promise<void>;
}

/** Files of workspaces that are folders. */
export const filesOnDisk: Files = {
  read: (workspace, path) => readFile(join(workspace?.path ?? "", path), "utf8"),
  write: (workspace, path, text) => writeFile(join(workspace.path, path), text),
  remove: (workspace, path) => rm(join(workspace.path, path)),
};

/** A repository under test and the person beside it. */
export interface World {
  readonly repo: Repo;
  readonly files: Files;
  /** Commits files on the target branch as the person would. */
  push(files: Readonly<Record<string, string>>): Promise<void>;
}

export type WorldFactory = (files: Readonly<Record<string, string>>) => Promise<World>;

export const signal = new AbortController().signal;
export const limits: SnapshotRequest = { message: "Work\n", filesMax: 100, bytesMax: 100_000 };
export const id = (number: number): TaskId => taskId(`contract${String(number).padStart(4, "0")}`);
export const start = { "a.txt": "one\ntwo\nthree\n", "b.txt": "bee\n" };

/** Takes the work of a workspace and expects that there is some. */
export async function taken(repo: Repo, workspace: Workspace) {
  const snapshot = await repo.snapshot(workspace, limits, signal);
  if (snapshot.kind !== "taken") throw new Error(`no work: ${JSON.stringify(snapshot)}`);
  return snapshot;
}

/** Writes files in a new workspace and takes them. */
export async function work(
  { repo, files }: World,
  name: string,
  at: CommitSha,
  texts: Record<string, string>,
) {
  await using workspace = await repo.open({ at, name }, signal);
  for (const [path, text] of Object.entries(texts)) await files.write(workspace, path, text);
  return await taken(repo, workspace);
}

/** Merges and expects that nothing collides. */
export async function merged(repo: Repo, base: CommitSha, candidate: CommitSha, task: TaskId) {
  const message = `Merge\n\nOrch-Task: ${task}\n`;
  const merge = await repo.merge(base, candidate, message, signal);
  if (merge.kind !== "merged") throw new Error(`not merged: ${JSON.stringify(merge)}`);
  return merge;
}
