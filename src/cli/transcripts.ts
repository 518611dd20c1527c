/** The transcripts of sessions: which there are, and what stands in them. */
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ProjectName } from "../core/ids.ts";
import type { Portfolio } from "../core/portfolio.ts";
import type { Backstage } from "./backstage.ts";

/** The transcripts whose sessions worked for a task or cycle, in the order in which they began. */
export async function transcriptsOf(
  backstage: Pick<Backstage, "transcript">,
  portfolio: Portfolio,
  project: ProjectName,
  id: string,
): Promise<readonly string[]> {
  const folder = dirname(backstage.transcript(portfolio, project, "any"));
  const files = await readdir(folder).catch(() => []); // no session has been held yet
  const ours = files.filter((file) => file.includes(id) && file.endsWith(".jsonl")).sort();
  const begun = await Promise.all(
    ours.map(async (name) => {
      const file = join(folder, name);
      return {
        file,
        at: await stat(file).then(
          ({ birthtimeMs }) => birthtimeMs,
          () => 0,
        ),
      };
    }),
  );
  return begun.sort((a, b) => a.at - b.at).map(({ file }) => file);
}

/** The name of a transcript's session, such as `work-a1b2c3d4e5f6-1`. */
export const sessionName = (file: string): string => basename(file, ".jsonl");

/** Bytes read in one go. */
const chunkBytes = 256 * 1_024;
/** A line longer than this is none of ours. */
const lineCharactersMax = 2_000_000;

/** Reads a file's whole lines as they come, each once. */
export function openTail(file: string): () => Promise<readonly string[]> {
  let offset = 0;
  let rest = Buffer.alloc(0);
  return async () => {
    const handle = await open(file, "r").catch(() => null); // removed in the meantime
    if (handle === null) return [];
    const lines: string[] = [];
    try {
      const chunk = Buffer.alloc(chunkBytes);
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, chunkBytes, offset);
        if (bytesRead === 0) return lines;
        offset += bytesRead;
        rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
          lines.push(rest.toString("utf8", 0, end));
          rest = rest.subarray(end + 1);
        }
        if (rest.length > lineCharactersMax) rest = Buffer.alloc(0);
      }
    } finally {
      await handle.close();
    }
  };
}
