/** The `Memo` port as small files in a folder, named by the hash of their key. */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Memo } from "../ports/memo.ts";

/** Opens a memo in `folder`, which need not exist. */
export function openMemo(folder: string): Memo {
  const fileOf = (key: string): string =>
    join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.txt`);
  return {
    // what cannot be read counts as not there
    get: (key) => readFile(fileOf(key), "utf8").catch(() => null),
    put: async (key, text) => {
      try {
        await mkdir(folder, { recursive: true });
        await writeFileAtomic(fileOf(key), text, { mode: 0o600 });
      } catch {
        // a full disk costs the entry, nothing else
      }
    },
  };
}
