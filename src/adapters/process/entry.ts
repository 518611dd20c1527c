/** Whether this account may enter a folder. */
import { accessSync, constants, statSync } from "node:fs";
import { userInfo } from "node:os";

/** What lets a person's account into a folder of theirs. */
export const entryHint = "give this account the right to enter and read it, or run as its owner";

/**
 * Says that a folder, or one above it, lets this account not in, and who that is; null where it
 * does, and where there is no folder.
 */
export function whyShut(folder: string): string | null {
  try {
    // a file lets nobody in either, for another reason
    if (statSync(folder).isDirectory()) accessSync(folder, constants.X_OK);
    return null;
  } catch (cause) {
    const isShut = cause instanceof Error && "code" in cause && cause.code === "EACCES";
    return isShut ? `the folder ${folder} cannot be entered by ${account()}` : null;
  }
}

function account(): string {
  const uid = process.getuid?.();
  try {
    return `user ${userInfo().username} (uid ${uid})`;
  } catch {
    return `the user with uid ${uid}`; // one that the machine has no name for
  }
}
