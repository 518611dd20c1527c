/** Remembers what was installed in which workspace, outside of it. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { fingerprint } from "./files.ts";
import { removePaths } from "./fresh.ts";

const Stamp = z.object({
  key: z.string(),
  paths: z.array(z.string()),
  /** Of `paths` right after they were installed. */
  fingerprint: z.string(),
});

export interface Stamps {
  /** Answers what was installed in a workspace, changed since or not. */
  paths(workspace: string): Promise<readonly string[]>;
  /** Answers the paths of `key` in a workspace if they are there and nobody has changed them. */
  untouched(workspace: string, key: string): Promise<readonly string[] | null>;
  remember(workspace: string, key: string, paths: readonly string[]): Promise<void>;
  /** Removes what was installed in a workspace. */
  clear(workspace: string): Promise<void>;
}

/** Opens the stamps in `folder`, which need not exist. */
export function openStamps(folder: string): Stamps {
  const fileOf = (workspace: string): string =>
    join(folder, `${createHash("sha256").update(workspace).digest("hex").slice(0, 32)}.json`);
  const read = async (workspace: string): Promise<z.infer<typeof Stamp> | null> => {
    const text = await readFile(fileOf(workspace), "utf8").catch(() => null);
    try {
      return text === null ? null : Stamp.parse(JSON.parse(text));
    } catch {
      return null; // cut short by a crash: installed anew
    }
  };
  return {
    paths: async (workspace) => (await read(workspace))?.paths ?? [],
    async untouched(workspace, key) {
      const stamp = await read(workspace);
      if (stamp?.key !== key) return null;
      const now = await fingerprint(workspace, stamp.paths);
      return stamp.fingerprint === now ? stamp.paths : null;
    },
    async remember(workspace, key, paths) {
      const stamp = { key, paths, fingerprint: await fingerprint(workspace, paths) };
      await mkdir(folder, { recursive: true });
      await writeFile(fileOf(workspace), JSON.stringify(stamp));
    },
    async clear(workspace) {
      const stamp = await read(workspace);
      if (stamp === null) return;
      await removePaths(workspace, stamp.paths);
      await rm(fileOf(workspace), { force: true });
    },
  };
}
