import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { SessionId } from "../../core/ids.ts";

/** A session's own folders, out of the person's home and of every repository. */
export interface SessionFolders {
  readonly root: string;
  readonly home: string;
  readonly tmp: string;
  /** The agent's settings and its transcript, which a resume reads. */
  readonly config: string;
  /** Our record of what the session has used, kept across deaths. */
  readonly spent: string;
  /** The result of a session that has answered. */
  readonly answered: string;
}

/** Names the folders of a session below `configDir`. */
export function foldersOf(configDir: string, session: SessionId): SessionFolders {
  const root = path.join(configDir, session);
  const inside = (name: string): string => path.join(root, name);
  return {
    root,
    home: inside("home"),
    tmp: inside("tmp"),
    config: inside("claude"),
    spent: inside("spent.json"),
    answered: inside("answered.json"),
  };
}

/**
 * Makes a session's folders, afresh unless it is resumed; tells whether there is a conversation to
 * go on from.
 */
export async function openFolders(
  folders: SessionFolders,
  resume: boolean,
): Promise<{ readonly resumed: boolean }> {
  const resumed = resume && (await hasConversation(folders.config));
  if (!resumed) await rm(folders.config, { recursive: true, force: true });
  if (!resume) await rm(folders.root, { recursive: true, force: true });
  for (const folder of [folders.home, folders.tmp, folders.config]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  return { resumed };
}

/**
 * Removes the agent's own conversation, which has secrets in it as they came: whoever wants to read
 * it has the transcript, and nobody goes on with it.
 */
export async function dropConversation({ config }: SessionFolders): Promise<void> {
  // what cannot be removed now goes with the session's folder
  await rm(config, { recursive: true, force: true }).catch(() => undefined);
}

/** Removes what only the running session needed; the conversation stays for a resume. */
export async function sweepFolders(folders: SessionFolders): Promise<void> {
  for (const folder of [folders.home, folders.tmp]) {
    // what cannot be removed now goes with the session's folder
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * A transcript without any answer of the model's cannot be resumed, and nothing is lost with it.
 */
async function hasConversation(config: string): Promise<boolean> {
  const projects = path.join(config, "projects");
  const files = await readdir(projects, { recursive: true }).catch(() => []);
  for (const file of files) {
    if (!file.endsWith(".jsonl")) continue;
    const text = await readFile(path.join(projects, file), "utf8");
    if (text.includes('"type":"assistant"')) return true;
  }
  return false;
}
