/** Whether a project's folder can be worked in, told from its files: no git is started for it. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { entryHint, whyShut } from "../adapters/process/entry.ts";
import type { Trouble } from "../cli/backstage.ts";

/** Says why nothing can be done in a folder: missing, shut, no repository, no commit; else null. */
export function whyUnusable(path: string): Trouble | null {
  const correct = "correct the path";
  const shut = whyShut(path);
  if (shut !== null) return { what: shut, hint: entryHint };
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { what: `${path} does not exist`, hint: correct };
  if (!stat.isDirectory()) return { what: `${path} is not a folder`, hint: correct };
  try {
    const around = repositoryAround(realpathSync(path));
    if (around === null)
      return {
        what: `${path} is not in a git repository`,
        hint: `run \`git init\` there and commit, or ${correct}`,
      };
    if (hasBranch(around.gitDir)) return null;
    return {
      what: `the repository of ${path} has no commits yet`,
      hint: 'make a first one: `git commit --allow-empty -m "Start"`',
    };
  } catch {
    return null; // what cannot be read here is told by git itself, once it is asked
  }
}

/** The nearest repository upward. */
export interface Around {
  /** Git's folder that all worktrees share. */
  readonly gitDir: string;
  /** The top of the working tree; null where it is a bare one. */
  readonly top: string | null;
}

/** Finds the nearest repository upward of a real path, there or not; a bare one counts. */
export function repositoryAround(folder: string): Around | null {
  const found = statSync(join(folder, ".git"), { throwIfNoEntry: false });
  if (found?.isDirectory()) return { gitDir: join(folder, ".git"), top: folder };
  if (found !== undefined) {
    const gitDir = linked(folder);
    return existsSync(gitDir) ? { gitDir: sharedDir(gitDir), top: folder } : null;
  }
  const isBare = ["HEAD", "objects", "refs"].every((name) => existsSync(join(folder, name)));
  if (isBare) return { gitDir: folder, top: null };
  const above = dirname(folder);
  return above === folder ? null : repositoryAround(above);
}

/** Where a `.git` that is a file leads: a linked worktree's, or a submodule's. */
function linked(folder: string): string {
  const text = readFileSync(join(folder, ".git"), "utf8");
  return resolve(folder, text.replace(/^gitdir:\s*/, "").trim());
}

function sharedDir(gitDir: string): string {
  const file = join(gitDir, "commondir");
  return existsSync(file) ? resolve(gitDir, readFileSync(file, "utf8").trim()) : gitDir;
}

/** A branch is there once there is a commit; tables of references are taken to hold one. */
function hasBranch(gitDir: string): boolean {
  if (existsSync(join(gitDir, "reftable"))) return true;
  if (holdsFile(join(gitDir, "refs", "heads"))) return true;
  const packed = join(gitDir, "packed-refs");
  return existsSync(packed) && / refs\/heads\//.test(readFileSync(packed, "utf8"));
}

const holdsFile = (folder: string): boolean =>
  existsSync(folder) &&
  readdirSync(folder, { withFileTypes: true }).some(
    (entry) => entry.isFile() || (entry.isDirectory() && holdsFile(join(folder, entry.name))),
  );
