/** Looks after what projects share in the data folder: sessions, and the room that all takes. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { sessionId } from "../../core/ids.ts";
import type { Caretaker, Found, Known } from "../../ports/caretaker.ts";
import { looseTranscripts } from "./project.ts";
import { diskUse, weigh } from "./weigh.ts";

export interface SharedFolders {
  readonly dataDir: string;
  /** Each project's transcripts. */
  readonly transcripts: readonly string[];
  /** Most bytes that the data folder may take; `null`: as many as there are. */
  readonly quotaBytes: number | null;
}

/** No session lasts longer than this, so what was not written to meanwhile has ended. */
const sessionMs = 48 * 3_600_000;
const gib = 2 ** 30;

/** Opens the caretaker of a data folder. */
export function openSharedCaretaker(folders: SharedFolders): Caretaker {
  return {
    look: async (known, signal) => {
      const sessions = await oldSessions(folders, known);
      return [...sessions, ...(await overQuota(folders, known, { sessions, signal }))];
    },
  };
}

async function oldSessions({ dataDir }: SharedFolders, known: Known): Promise<readonly Found[]> {
  const agents = join(dataDir, "agents");
  const found: Found[] = [];
  for (const name of await readdir(agents).catch(() => [])) {
    if (known.sessions.has(sessionId(name))) continue;
    const path = join(agents, name);
    const { bytes, writtenAt } = await weigh(path);
    if (known.now - writtenAt < sessionMs) continue;
    const what = `${path}, of a session that nobody resumes`;
    found.push({
      finding: { kind: "session", project: null, what, action: "removed", bytes },
      mend: () => rm(path, { recursive: true, force: true }),
    });
  }
  return found;
}

interface Before {
  /** What goes anyway. */
  readonly sessions: readonly Found[];
  readonly signal: AbortSignal;
}

/** What must go, oldest first, until the data folder is as small as it should be. */
async function overQuota(
  { dataDir, transcripts, quotaBytes }: SharedFolders,
  known: Known,
  { sessions, signal }: Before,
): Promise<readonly Found[]> {
  const used = quotaBytes === null ? null : await diskUse(dataDir, signal);
  if (quotaBytes === null || used === null) return [];
  let over = used - quotaBytes - sessions.reduce((sum, { finding }) => sum + finding.bytes, 0);
  const lists = await Promise.all(transcripts.map((folder) => looseTranscripts(folder, known)));
  const found: Found[] = [];
  for (const each of lists.flat().sort((a, b) => a.writtenAt - b.writtenAt)) {
    if (over <= 0) return found;
    over -= each.bytes;
    const what = `the transcript ${each.path}, the oldest beyond the quota`;
    found.push({
      finding: { kind: "transcript", project: null, what, action: "removed", bytes: each.bytes },
      mend: () => rm(each.path, { force: true }),
    });
  }
  if (over <= 0) return found;
  const sizes = [used, quotaBytes].map((bytes) => (bytes / gib).toFixed(1));
  const advice = "raise `data_quota_gb`, or make room";
  const what = `${dataDir} takes ${sizes[0]} GiB, ${sizes[1]} are allowed: ${advice}`;
  const finding = { kind: "quota", project: null, what, action: null, bytes: over } as const;
  return [...found, { finding, mend: async () => undefined }];
}
