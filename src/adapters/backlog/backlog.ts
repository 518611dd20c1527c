/** The backlog as committed files, read at the commit that the planner plans on. */
import type { CommitSha } from "../../core/ids.ts";
import type { ProjectConfig } from "../../core/portfolio.ts";
import type { Backlog, BacklogDocument } from "../../ports/backlog.ts";
import type { Repo } from "../../ports/repo.ts";

/** Most bytes of one file: some 16,000 tokens, beyond which a planner skims. */
export const fileBytesMax = 64 * 1024;
/** Most bytes of all files together. */
export const backlogBytesMax = 192 * 1024;

export type BacklogConfig = Pick<
  ProjectConfig,
  "backlogSource" | "backlogFile" | "plannerContextFiles"
>;

/**
 * Opens a project's backlog: its context files, the backlog file before them, or nothing at all.
 */
export function openBacklog(config: BacklogConfig, repo: Pick<Repo, "read">): Backlog {
  const paths = backlogPaths(config);
  return { read: (at, signal) => readAll(repo, paths, { at, signal }) };
}

/** The files that a project's planner is to read, relative to the project. */
export function backlogPaths(config: BacklogConfig): readonly string[] {
  const { backlogSource: source, backlogFile, plannerContextFiles } = config;
  switch (source) {
    case "claude_md":
      return [...new Set(plannerContextFiles)];
    case "backlog_file":
      return [...new Set([backlogFile, ...plannerContextFiles])];
    case "manual":
      return [];
    default:
      return source satisfies never;
  }
}

async function readAll(
  repo: Pick<Repo, "read">,
  paths: readonly string[],
  { at, signal }: { readonly at: CommitSha; readonly signal: AbortSignal },
): Promise<readonly BacklogDocument[]> {
  const documents: BacklogDocument[] = [];
  let left = backlogBytesMax;
  for (const path of paths) {
    const bytesMax = Math.min(fileBytesMax, left);
    // One byte more than is kept tells whether there is more.
    const text = bytesMax === 0 ? "" : await repo.read(at, path, bytesMax + 1, signal);
    if (text === null) continue;
    const document = { source: path, text: bounded(text, path, bytesMax) };
    documents.push(document);
    left -= Math.min(left, Buffer.byteLength(text));
  }
  return documents;
}

function bounded(text: string, path: string, bytesMax: number): string {
  const note = `[cut: ${path} goes on; read the file for the rest]`;
  if (bytesMax === 0) return note;
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= bytesMax) return text;
  // A character that was cut in two ends as a replacement character.
  const kept = bytes
    .subarray(0, bytesMax)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
  return `${kept}\n\n${note}\n`;
}
