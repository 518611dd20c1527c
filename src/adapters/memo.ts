/** The `Memo` port as small files in a folder, named by the hash of their key. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type Redact, redacted, redacting } from "../core/redact.ts";
import type { Memo } from "../ports/memo.ts";

/** Opens a memo in `folder`, which need not exist; what it keeps has no secrets in it. */
export function openMemo(folder: string, redact: Redact = redacting({})): Memo {
  const fileOf = (key: string): string =>
    join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.txt`);
  let isSwept = false;
  return {
    // what cannot be read counts as not there
    get: (key) => readFile(fileOf(key), "utf8").catch(() => null),
    put: async (key, text) => {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        if (!isSwept) await sweep(folder);
        isSwept = true;
        await writeFileAtomic(fileOf(key), without(text, redact), { mode: 0o600 });
      } catch {
        // a full disk costs the entry, nothing else
      }
    },
  };
}

/** In JSON secrets are looked for where they stand as they are: in its texts. */
function without(text: string, redact: Redact): string {
  try {
    return JSON.stringify(redacted(JSON.parse(text), redact));
  } catch {
    return redact(text); // it is none
  }
}

/** Removes what processes left that died while they wrote; one that still does loses its entry. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (!/^[0-9a-f]{40}\.txt$/.test(name)) await rm(join(folder, name), { force: true });
}
