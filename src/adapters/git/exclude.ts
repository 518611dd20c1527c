/** Lines of the person's `info/exclude`: they keep trail and data folder out of git's sight. */
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RepoError } from "../../ports/repo.ts";
import type { Place } from "./locate.ts";
import { ignoreLine } from "./paths.ts";

/** The line that hides the trail of a project. */
export const trailLine = ({ prefix }: Pick<Place, "prefix">): string =>
  `${ignoreLine(`${prefix}.orch`)}/`;

/** Adds the trail's line unless it is there; throws `RepoError` where it cannot be written. */
export const excludeTrail = ({ commonDir, prefix }: Place): Promise<void> =>
  exclude(commonDir, trailLine({ prefix }));

/** Hides a folder of the working tree likewise; `path` is relative to its top. */
export const excludeFolder = (commonDir: string, path: string): Promise<void> =>
  exclude(commonDir, `${ignoreLine(path)}/`);

async function exclude(commonDir: string, line: string): Promise<void> {
  const file = join(commonDir, "info/exclude");
  const text = await readFile(file, "utf8").catch(() => "");
  if (text.split("\n").includes(line)) return;
  try {
    await mkdir(join(commonDir, "info"), { recursive: true });
    await appendFile(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
  } catch (cause) {
    throw new RepoError(`cannot write ${file}`, "check who owns the repository", { cause });
  }
}
