/** Runs a set-up command and finds out what it installed. */
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CommandRequest, CommandResult, Shell } from "../../ports/shell.ts";
import { fingerprint, installedIn, isInside, listing } from "./files.ts";

export type Fresh =
  /** Topmost paths that the set-up made, relative to the workspace. */
  | { readonly kind: "installed"; readonly paths: readonly string[] }
  | { readonly kind: "failed"; readonly command: string; readonly output: string };

/** Runs `request` in its workspace. After a failure nothing that it made is left. */
export async function installFresh(
  shell: Shell,
  request: CommandRequest,
  signal: AbortSignal,
): Promise<Fresh> {
  const before = await listing(request.cwd);
  const filled = new Map<string, string>();
  for (const path of installedIn(before)) filled.set(path, await fingerprint(request.cwd, [path]));
  const result = await shell.run(request, signal);
  const paths = topmost(await listing(request.cwd), before);
  for (const [path, sum] of filled) {
    // What was there and is another now was made by the set-up as well.
    if (sum !== (await fingerprint(request.cwd, [path]))) paths.push(path);
  }
  if (result.ended.kind === "exited" && result.ended.code === 0) {
    return { kind: "installed", paths: paths.sort() };
  }
  await removePaths(request.cwd, paths);
  const why = inWords(result.ended, request.timeoutMs);
  return { kind: "failed", command: request.command, output: `${result.output}\n[${why}]\n` };
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

function inWords(ended: CommandResult["ended"], timeoutMs: number): string {
  switch (ended.kind) {
    case "exited":
      return `the set-up command failed with exit code ${ended.code}`;
    case "killed":
      return `the set-up command was killed by ${ended.signal}`;
    case "timedOut":
      return `the set-up command took longer than ${Math.round(timeoutMs / 1000)} seconds`;
    case "aborted":
      return "the set-up command was stopped";
    case "unstartable":
      return `the set-up command could not be started: ${ended.detail}`;
    default:
      return ended satisfies never;
  }
}
