/** Where a new portfolio's data folder goes. */
import { homedir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import envPaths from "env-paths";
import { portfolioDefaults } from "./defaults.ts";

/** Most characters of the folder's name. */
const nameMax = 100;

/**
 * Beside the portfolio file; where that lies in a repository, in the person's own data folder, so
 * that neither git nor the project's tests come upon it.
 */
export function newDataDir(file: string, isInRepository: boolean): string {
  if (!isInRepository) return portfolioDefaults.data_dir;
  // by its whole path: folders of two portfolios may have the same name
  const path = file.replace(/\/orch\.jsonc?$/, "");
  const name = path
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[-.]+/, "")
    .slice(-nameMax);
  const folder = join(envPaths("orch", { suffix: "" }).data, name);
  const below = relative(homedir(), folder); // so that the file can be shared
  return below.startsWith("..") || isAbsolute(below) ? folder : `~/${below}`;
}
