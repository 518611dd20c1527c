/** Which git this machine has, and whether it can do what is asked of it. */
import { gitText } from "./git.ts";

/** The first that merges without a checkout and takes all the options that are used here. */
export const gitMin = "2.39";

/** The version that git states, such as `2.39.5`; throws `RepoError` where it cannot be started. */
export async function gitVersion(signal: AbortSignal): Promise<string> {
  const said = await gitText({ gitDir: null, args: ["version"] }, signal);
  return said.replace(/^git version /, "").trim();
}

/** Whether a version that git states is the least one that is needed, or newer. */
export function isNewEnough(version: string): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = gitMin.split(".").map(Number);
  const [major = 0, minor = 0] = version.split(".").map((each) => Number.parseInt(each, 10));
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
