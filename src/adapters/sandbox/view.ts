/** Which of a person's folders hold programs: sandboxes show those, not what lies beside. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { isSystem } from "./system.ts";

/** Folders below which a toolchain has its programs: what is beside them belongs to it. */
const programFolders = ["bin", "sbin", "shims", "libexec"];

/** Homes of toolchains in which downloads, settings and tokens lie beside the programs. */
const mixed = [".cargo", ".local", "go", ".config", ".cache", ".npm", ".composer", ".gem", ".m2"];

/** Links in one folder that are followed; more than that is no folder of a person's own. */
const linksMax = 500;

/**
 * Answers the folders that the programs of a search path need: the toolchain where an entry is its
 * `bin`, else the entry itself and the toolchains that links in it lead to.
 */
export function rootsOf(searchPath: string): readonly string[] {
  const found = searchPath.split(":").filter(isAbsolute).flatMap(rootsOfFolder);
  return [...new Set(found)];
}

function rootsOfFolder(folder: string): readonly string[] {
  if (isSystem(folder) || !existsSync(folder)) return [];
  const real = realpathSync(folder);
  const links = linksIn(real).map((each) => rootOf(dirname(each)));
  return [...new Set([folder, rootOf(folder), rootOf(real), ...links])].filter(isHarmless);
}

/** The toolchain that a folder of programs belongs to; the folder itself where that is all. */
function rootOf(folder: string): string {
  const around = dirname(folder);
  const isOwn = programFolders.includes(basename(folder)) && !mixed.includes(basename(around));
  return isOwn && isHarmless(around) ? around : folder;
}

/** Whether showing a folder shows nothing but programs: no home, nor what homes lie in. */
export function isHarmless(folder: string): boolean {
  const home = homedir();
  const tops = [
    ...["/", "/home", "/root", "/opt", "/var", "/mnt", "/media", "/srv", "/tmp", "/run"],
    ...["/Users", "/Volumes", "/Library", "/Applications", "/System", "/private", "/private/var"],
    ...["/private/tmp"],
  ];
  return (
    !tops.includes(folder) &&
    !`${home}/`.startsWith(`${folder}/`) &&
    !isSystem(folder) &&
    !mixed.some((name) => folder === join(home, name))
  );
}

/** Where links of a folder lead, if not to somewhere in it. */
function linksIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).slice(0, linksMax);
    return entries
      .filter((entry) => entry.isSymbolicLink())
      .flatMap((entry) => targetOf(join(folder, entry.name)))
      .filter((target) => dirname(target) !== folder && !isSystem(target));
  } catch {
    return []; // not ours to read: what is in it cannot be run either
  }
}

function targetOf(link: string): readonly string[] {
  try {
    return [realpathSync(link)];
  } catch {
    return []; // it leads nowhere
  }
}
