/** Everything that the operations on one project's code have in common. */
import { readFile } from "node:fs/promises";
import type { Instant, ProjectName } from "../../core/ids.ts";
import type { Hub } from "./hub.ts";
import { isInside } from "./paths.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface Site {
  readonly project: ProjectName;
  readonly hub: Hub;
  /** The branch that work lands on. */
  readonly branch: string;
  /** The project's folder in the repository: empty, or ending in a slash. */
  readonly prefix: string;
  /** What the person's branches for tasks begin with. */
  readonly branchPrefix: string;
  readonly author: Person;
  readonly workspacesDir: string;
  readonly now: () => Instant;
}

/**
 * The folders that a workspace's keep file names, relative to the repository; odd lines count not.
 */
export async function keptPaths(keepFile: string, prefix: string): Promise<string[]> {
  const text = await readFile(keepFile, "utf8").catch(() => "");
  return text
    .split("\n")
    .map((line) => line.replace(/\/$/, ""))
    .filter(isInside)
    .map((line) => `${prefix}${line}`);
}

/**
 * The environment that makes a commit ours, at a date that stays the same when it is made again.
 */
export function signed(author: Person, atSeconds: number): Readonly<Record<string, string>> {
  const date = `@${Math.floor(atSeconds)} +0000`;
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
    GIT_COMMITTER_DATE: date,
  };
}
