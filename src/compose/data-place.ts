/** Where the data folder lies, told from files: neither agents nor git should come upon it. */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { excludeFolder } from "../adapters/git/exclude.ts";
import type { Trouble } from "../cli/backstage.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { type Around, repositoryAround } from "./unusable.ts";

type Named = Pick<ProjectConfig, "name" | "path">;

/** Says that the data folder lies inside a project's folder, and what to do; else null. */
export function whyMisplaced(dataDir: string, projects: readonly Named[]): Trouble | null {
  const data = realOf(dataDir);
  const owner = projects.find(({ path }) => isWithin(realOf(path), data));
  if (owner === undefined) return null;
  return {
    what:
      `the data folder ${dataDir} lies inside project ${owner.name} (${owner.path}): its clones ` +
      "would be seen by git, test runners and agents there",
    hint:
      "set `data_dir` to a folder outside of all projects, and move there what the old one " +
      "holds; relative paths go from the portfolio file",
  };
}

/** The repository that has the data folder in its working tree; null where none has. */
export function repositoryOfData(dataDir: string): Around | null {
  try {
    return repositoryAround(realOf(dataDir));
  } catch {
    return null; // what cannot be read here is told by git itself, once it is asked
  }
}

/**
 * Says that the data folder lies inside a project; one that merely lies in a repository is
 * entered into that repository's `info/exclude`. Throws where that file cannot be written.
 */
export async function placeData({
  dataDir,
  projects,
}: Pick<Portfolio, "dataDir" | "projects">): Promise<Trouble | null> {
  const trouble = whyMisplaced(
    dataDir,
    projects.filter(({ enabled }) => enabled),
  );
  if (trouble !== null) return trouble;
  const around = repositoryOfData(dataDir);
  if (around?.top != null)
    await excludeFolder(around.gitDir, relative(around.top, realOf(dataDir)));
  return null;
}

/** Whether `path` is `folder` or lies below it. */
function isWithin(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below === "" || !(below === ".." || below.startsWith("../") || isAbsolute(below));
}

/** The real path of what is there, or is yet to be made below what is there. */
function realOf(path: string): string {
  const above = dirname(path);
  if (existsSync(path) || above === path) return realpathSync(path);
  return join(realOf(above), basename(path));
}
