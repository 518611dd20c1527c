/** Where the person's repository is, for a project's folder. */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { RepoError } from "../../ports/repo.ts";
import { entryHint, whyShut } from "../process/entry.ts";
import { git } from "./git.ts";

/** The person's repository as seen from a project's folder. */
export interface Place {
  /** Git's folder that all linked worktrees share, symlinks resolved. */
  readonly commonDir: string;
  /** Git's folder of the worktree that the project is in; the same where it is the main one. */
  readonly gitDir: string;
  /** The work tree; `null` for a bare repository. */
  readonly top: string | null;
  /** The project's folder below the work tree: empty, or ending in a slash. */
  readonly prefix: string;
  readonly shallow: boolean;
  readonly objectFormat: string;
}

/** Finds the repository around a folder; throws `RepoError` where there is none. */
export async function locate(path: string, signal: AbortSignal): Promise<Place> {
  const shut = whyShut(path);
  if (shut !== null) throw new RepoError(shut, entryHint);
  const cwd = await realpath(path).catch((cause: unknown) => {
    throw new RepoError(`${path} does not exist`, "correct the project's path", { cause });
  });
  const args = [
    "rev-parse",
    "--path-format=absolute",
    "--is-bare-repository",
    "--is-inside-work-tree",
    "--git-common-dir",
    "--git-dir",
    "--is-shallow-repository",
    "--show-object-format",
    "--show-prefix",
  ];
  const { code, stdout, stderr } = await git({ gitDir: null, cwd, args }, signal);
  if (code !== 0) {
    // what else git says, e.g. of a folder of somebody else's, is worth reading
    const isPlain = /^fatal: not a git repository \(or any/.test(stderr);
    throw new RepoError(
      `${path} is not in a git repository${isPlain ? "" : `: ${stderr.trim()}`}`,
      "run `git init` there and commit, or correct the project's path",
    );
  }
  const [, inside, common = "", own = "", shallow, format = "", prefix = ""] = stdout
    .toString("utf8")
    .split("\n");
  if (inside !== "true" && cwd !== (await realpath(common))) {
    throw new RepoError(`${path} is inside git's own folder`, "name the project's folder instead");
  }
  const top = inside === "true" ? await topOf(cwd, signal) : null;
  return {
    commonDir: await realpath(common),
    gitDir: await realpath(own),
    top,
    prefix: inside === "true" ? prefix : "",
    shallow: shallow === "true",
    objectFormat: format,
  };
}

async function topOf(cwd: string, signal: AbortSignal): Promise<string> {
  const args = ["rev-parse", "--path-format=absolute", "--show-toplevel"];
  const { stdout } = await git({ gitDir: null, cwd, args }, signal);
  return realpath(stdout.toString("utf8").replace(/\n$/, ""));
}

/** The path of a file of git's for all worktrees of the repository. */
export const common = (place: Place, file: string): string => join(place.commonDir, file);
