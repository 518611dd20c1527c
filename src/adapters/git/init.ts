/** Makes a repository of a folder that is not one yet: for the demo's sample projects. */
import { join } from "node:path";
import { gitOut } from "./git.ts";
import { signed } from "./site.ts";

/** Puts all files of a folder into a first commit on `main`. */
export async function initRepository(path: string, signal: AbortSignal): Promise<void> {
  const gitDir = join(path, ".git");
  const env = signed({ name: "orch demo", email: "demo@localhost" }, Date.now() / 1_000);
  await gitOut({ gitDir: null, cwd: path, args: ["init", "--quiet", "-b", "main", path] }, signal);
  await gitOut({ gitDir, workTree: path, args: ["add", "--all"] }, signal);
  await gitOut({ gitDir, workTree: path, env, args: ["commit", "--quiet", "-m", "Begin"] }, signal);
}
