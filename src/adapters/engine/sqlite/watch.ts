/** Notices what other processes write to a data folder, without keeping its databases open. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Watch {
  /** Looks while at least one holder waits; the answer lets go. */
  hold(): () => void;
  close(): void;
}

/** Fast enough for a person who watches; 100 projects cost a millisecond each time. */
const lookMs = 250;

/** Watches the databases of a folder; each commit touches a file or its write-ahead log. */
export function openWatch(folder: string, changed: () => void): Watch {
  let seen = signatureOf(folder);
  let holders = 0;
  let timer: NodeJS.Timeout | null = null;
  const look = () => {
    const signature = signatureOf(folder);
    if (signature === seen) return;
    seen = signature;
    changed();
  };
  const stop = () => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  return {
    hold() {
      holders += 1;
      look();
      timer ??= setInterval(look, lookMs);
      return () => {
        holders -= 1;
        if (holders === 0) stop();
      };
    },
    close: stop,
  };
}

function signatureOf(folder: string): string {
  const parts: string[] = [];
  for (const name of namesIn(folder)) {
    if (!name.endsWith(".db") && !name.endsWith(".db-wal")) continue;
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    // a log without content comes and goes with readers
    if (stat !== undefined && stat.size > 0) parts.push(`${name} ${stat.size} ${stat.mtimeMs}`);
  }
  return parts.join("\n");
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the folder comes with its first database
  }
}
