/** Takes every trace of the program out of a person's repository, because they asked for it. */
import { lstat, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkoutsOf } from "./checkouts.ts";
import { trailLine } from "./exclude.ts";
import { gitOut } from "./git.ts";
import { locate } from "./locate.ts";

/** A person may have branches of their own below the prefix. */
const isTaskBranch = (name: string): boolean => /^(?:[a-z0-9]{12}|ready)$/.test(name);

const rescueRoot = "refs/orch/rescue/";

export interface ForgetRequest {
  readonly path: string;
  readonly branchPrefix: string;
  /** Removes kept work that did not land, too. */
  readonly rescued: boolean;
}

/** Removes our branches, refs, exclude line and `.orch/`; answers what was removed, in words. */
export async function forgetRepo(
  { path, branchPrefix, rescued }: ForgetRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const place = await locate(path, signal);
  const gitDir = place.commonDir;
  const patterns = ["refs/orch/", `refs/heads/${branchPrefix}`];
  const args = ["for-each-ref", "--format=%(refname)", ...patterns];
  const text = (await gitOut({ gitDir, args }, signal)).toString("utf8");
  const ours = (ref: string): boolean =>
    (ref.startsWith("refs/orch/") && (rescued || !ref.startsWith(rescueRoot))) ||
    isTaskBranch(ref.slice(`refs/heads/${branchPrefix}`.length));
  const found = text.split("\n").filter((line) => line !== "" && ours(line));
  const kept: string[] = []; // a branch that somebody works on is theirs by now
  for (const ref of found) {
    const branch = ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null;
    if (branch !== null && (await checkoutsOf(place, branch, signal)).length > 0) kept.push(ref);
  }
  const refs = found.filter((ref) => !kept.includes(ref));
  const stdin = refs.map((ref) => `delete ${ref}\n`).join("");
  if (refs.length > 0) await gitOut({ gitDir, args: ["update-ref", "--stdin"], stdin }, signal);
  const removed = refs.map((ref) => ref.replace(/^refs\/heads\//, "branch "));
  const trail = join(path, ".orch");
  const hasTrail = (await lstat(trail).catch(() => null)) !== null; // it has none before a cycle
  await rm(trail, { recursive: true, force: true });
  const file = join(gitDir, "info", "exclude");
  const exclude = await readFile(file, "utf8").catch(() => ""); // there need not be one
  const lines = exclude.split("\n");
  const rest = lines.filter((line) => line !== trailLine(place));
  if (hasTrail) removed.push(".orch/");
  if (rest.length === lines.length) return removed;
  await writeFile(file, rest.join("\n"));
  return [...removed, "the line in .git/info/exclude"];
}
