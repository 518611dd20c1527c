import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { explaining } from "./errors.ts";

/** Tells whether a file is there; a `LedgerError` where that cannot be seen: not the same. */
export function isThere(path: string): boolean {
  return explaining(path, () => {
    try {
      return statSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      // below a file there is nothing
      if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return false;
      throw error;
    }
  });
}

/** Creates an empty file, and its folder, for their owner alone. */
export function createPrivately(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    // never opens a file that is there: closing it would drop this process's locks on it
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

/**
 * Makes a folder and those above it, for their owner alone; throws where one cannot be made.
 *
 * One by one: Node's recursive way never returns where a folder that is there refuses new ones
 * with ENOENT, as `/proc` does.
 */
export function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (path !== dirname(path)) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // somebody else may have made it meanwhile
    if (!existsSync(path) || !statSync(path).isDirectory()) throw error;
  }
}
