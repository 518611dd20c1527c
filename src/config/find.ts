/** Where the portfolio file is. */
import { stat } from "node:fs/promises";
import { join, parse, resolve } from "node:path";
import envPaths from "env-paths";
import { lilconfig } from "lilconfig";

export interface Search {
  /** What the person named on the command line. */
  readonly explicit: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Folder of the person's own settings; by default where the system keeps them. */
  readonly userFolder?: string;
}

/** Who decided on the file. */
export type FoundBy = "--config" | "ORCH_CONFIG" | "folder" | "user";

export type Found =
  | { readonly kind: "found"; readonly file: string; readonly by: FoundBy }
  | { readonly kind: "missing"; readonly what: string; readonly hint: string };

const names = ["orch.jsonc", "orch.json"];

/**
 * Finds the portfolio: named > `ORCH_CONFIG` > nearest upward from `cwd` > the person's settings
 * folder.
 */
export async function findPortfolio(search: Search): Promise<Found> {
  const { explicit, env, cwd } = search;
  if (explicit !== null) return named(resolve(cwd, explicit), "--config");
  const variable = env["ORCH_CONFIG"];
  if (variable !== undefined && variable !== "")
    return named(resolve(cwd, variable), "ORCH_CONFIG");
  try {
    const upward = await nearest(cwd);
    if (upward !== null) return { kind: "found", file: upward, by: "folder" };
  } catch (error) {
    return unreadable(error);
  }
  const folder = search.userFolder ?? envPaths("orch", { suffix: "" }).config;
  for (const name of names) {
    const file = join(folder, name);
    if (await isFile(file)) return { kind: "found", file, by: "user" };
  }
  return {
    kind: "missing",
    what: `no portfolio: neither orch.jsonc nor orch.json in ${cwd} or above, nor in ${folder}`,
    hint: "run `orch init`, or name a file with --config or ORCH_CONFIG",
  };
}

async function named(file: string, by: FoundBy): Promise<Found> {
  try {
    if ((await stat(file)).isFile()) return { kind: "found", file, by };
  } catch (error) {
    if (!isAbsent(error)) return unreadable(error);
  }
  return {
    kind: "missing",
    what: `${by} names ${file}, which is not a file`,
    hint: "check the path, or run `orch init` to write a portfolio",
  };
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));

/** What the answer is where the system does not let a portfolio be read. */
export function unreadable(cause: unknown): Extract<Found, { readonly kind: "missing" }> {
  const told = cause instanceof Error ? cause.message : String(cause);
  const path = cause instanceof Error && "path" in cause ? String(cause.path) : "a portfolio";
  const why = /EACCES|EPERM/.test(told) ? "permission denied" : told;
  return {
    kind: "missing",
    what: `${path} cannot be read: ${why}`,
    hint: "check who may read it and the folders above it",
  };
}

async function nearest(cwd: string): Promise<string | null> {
  // Only the name is wanted here: the text is read, and its errors told, elsewhere.
  const search = lilconfig("orch", {
    searchPlaces: names,
    loaders: { ".jsonc": (file) => file, ".json": (file) => file },
    ignoreEmptySearchPlaces: false,
    stopDir: parse(cwd).root,
    cache: false,
  });
  return (await search.search(cwd))?.filepath ?? null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // whatever keeps it from being looked at keeps it from being read
  }
}
