/** The one line of the person's `info/exclude` that keeps the audit trail out of git's sight. */
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RepoError } from "../../ports/repo.ts";
import type { Place } from "./locate.ts";
import { ignoreLine } from "./paths.ts";

/** The line that hides the trail of a project. */
export const trailLine = ({ prefix }: Pick<Place, "prefix">): string =>
  `${ignoreLine(`${prefix}.orch`)}/`;

/** Adds the line unless it is there; throws `RepoError` where the file cannot be written. */
export async function excludeTrail({ commonDir, prefix }: Place): Promise<void> {
  const file = join(commonDir, "info/exclude");
  const line = trailLine({ prefix });
  const text = await readFile(file, "utf8").catch(() => "");
  if (text.split("\n").includes(line)) return;
  try {
    await mkdir(join(commonDir, "info"), { recursive: true });
    await appendFile(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
  } catch (cause) {
    throw new RepoError(`cannot write ${file}`, "check who owns the repository", { cause });
  }
}
