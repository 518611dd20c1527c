/** Runs a set-up command and finds out what it installed. */
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CommandResult } from "../../ports/shell.ts";
import { fingerprint, installedIn, isInside, listing } from "./files.ts";

export type Fresh =
  /** Topmost paths that the set-up made, relative to the workspace. */
  | { readonly kind: "installed"; readonly paths: readonly string[] }
  | { readonly kind: "failed"; readonly output: string };

/** Runs a set-up in a workspace. After a failure nothing that it made is left. */
export async function installFresh(
  workspace: string,
  run: () => Promise<CommandResult>,
): Promise<Fresh> {
  const before = await listing(workspace);
  const filled = new Map<string, string>();
  for (const path of installedIn(before)) filled.set(path, await fingerprint(workspace, [path]));
  const result = await run();
  const paths = topmost(await listing(workspace), before);
  for (const [path, sum] of filled) {
    // What was there and is another now was made by the set-up as well.
    if (sum !== (await fingerprint(workspace, [path]))) paths.push(path);
  }
  if (result.ended.kind === "exited" && result.ended.code === 0) {
    return { kind: "installed", paths: paths.sort() };
  }
  await removePaths(workspace, paths);
  const why = inWords(result);
  return { kind: "failed", output: `${result.output}\n[${why}]\n` };
}

/** Removes paths of a workspace, never through a link that leads out of it. */
export async function removePaths(workspace: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const place = join(workspace, path);
    if (await isInside(workspace, dirname(place))) {
      await rm(place, { recursive: true, force: true, maxRetries: 2 });
    }
  }
}

function topmost(after: ReadonlySet<string>, before: ReadonlySet<string>): string[] {
  return [...after].filter((path) => {
    const parent = dirname(path);
    return !before.has(path) && (parent === "." || before.has(parent));
  });
}

function inWords({ ended, durationMs }: CommandResult): string {
  switch (ended.kind) {
    case "exited":
      return `the set-up command failed with exit code ${ended.code}`;
    case "killed":
      return `the set-up command was killed by ${ended.signal}`;
    case "timedOut":
      return `the set-up command was stopped after ${Math.round(durationMs / 1000)} seconds`;
    case "aborted":
      return "the set-up command was stopped";
    case "overLimit":
      return `the set-up command was ended for using ${ended.detail}`;
    case "unstartable":
      return `the set-up command could not be started: ${ended.detail}`;
    default:
      return ended satisfies never;
  }
}
