/** Looks after one project's transcripts, and what its audit trail left half written. */
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ProjectName, taskId } from "../../core/ids.ts";
import type { Caretaker, Found, Known } from "../../ports/caretaker.ts";

export interface ProjectFolders {
  readonly project: ProjectName;
  readonly transcripts: string;
  /** The audit trail, in the person's project. */
  readonly trail: string;
}

/** Documents are written aside in moments. */
const asideMs = 3_600_000;
/** The names that the journal, and nobody else, gives to what it writes aside. */
const aside = /^\..+\.md\.[0-9a-f]{8}-[0-9a-f-]{27}\.tmp$/;

/** Opens the caretaker of a project's files. */
export function openFilesCaretaker(folders: ProjectFolders): Caretaker {
  return {
    look: async (known) => [
      ...(await oldTranscripts(folders, known)),
      ...(await halfDocuments(folders, known)),
    ],
  };
}

/** A transcript that nobody needs, with its weight and its age. */
export interface Transcript {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

/** Lists the transcripts of a folder but for those of open tasks. */
export async function looseTranscripts(
  folder: string,
  known: Pick<Known, "fateOf">,
): Promise<readonly Transcript[]> {
  const found: Transcript[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(".jsonl")) continue;
    const [, task] = /^(?:work|resolve|judge)-([a-z0-9]{12})-/.exec(name) ?? [];
    if (task !== undefined && (await known.fateOf(taskId(task))).at === "open") continue;
    const path = join(folder, name);
    const seen = await lstat(path).catch(() => null);
    if (seen !== null) found.push({ path, bytes: seen.size, writtenAt: seen.mtimeMs });
  }
  return found;
}

async function oldTranscripts(folders: ProjectFolders, known: Known): Promise<readonly Found[]> {
  const loose = await looseTranscripts(folders.transcripts, known);
  return loose
    .filter(({ writtenAt }) => known.now - writtenAt > known.keepMs)
    .map(({ path, bytes }) => ({
      finding: {
        kind: "transcript",
        project: folders.project,
        what: `the transcript ${path}, older than is kept`,
        action: "removed",
        bytes,
      },
      mend: () => rm(path, { force: true }),
    }));
}

async function halfDocuments({ project, trail }: ProjectFolders, known: Known): Promise<Found[]> {
  const found: Found[] = [];
  for (const folder of ["plans", "workers", "verdicts"].map((name) => join(trail, name))) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const seen = aside.test(name) ? await lstat(path).catch(() => null) : null;
      if (seen === null || known.now - seen.mtimeMs < asideMs) continue;
      const what = `${path}, which was never finished`;
      found.push({
        finding: { kind: "temporary", project, what, action: "removed", bytes: seen.size },
        mend: () => rm(path, { force: true }),
      });
    }
  }
  return found;
}
