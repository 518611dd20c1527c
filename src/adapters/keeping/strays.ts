/** Finds what a project left in the data folder that the portfolio does not list any more. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Caretaker } from "../../ports/caretaker.ts";

/** The ledger that all projects share. */
const shared = "portfolio";
const ledgerName = /^([a-z0-9][a-z0-9._-]*)\.db$/i;
/** Folders that each project has below its own. */
const marks: readonly string[] = ["workspaces", "transcripts"];

/**
 * Opens the caretaker; it only tells, since a ledger cannot be had back, and another portfolio may
 * use the same data folder.
 */
export function openStrayCaretaker(dataDir: string, projects: readonly string[]): Caretaker {
  return {
    look: async () => {
      const known = new Set([...projects, shared]);
      const names = (await namesIn(dataDir)).filter((name) => !known.has(name));
      return names.map((name) => ({
        finding: {
          kind: "stray",
          project: null,
          what:
            `${join(dataDir, name)} (its .db and folder) belongs to no project of the portfolio; ` +
            `to be rid of it and of its traces in the repository, list ${name} again and ` +
            `\`orch forget ${name}\``,
          action: null,
          bytes: 0,
        },
        mend: async () => undefined,
      }));
    },
  };
}

/** Names of projects that have a ledger or a folder. */
async function namesIn(dataDir: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const entry of await readdir(dataDir, { withFileTypes: true }).catch(() => [])) {
    const ledger = ledgerName.exec(entry.name)?.[1];
    if (ledger !== undefined && entry.isFile()) found.add(ledger);
    if (!entry.isDirectory()) continue;
    const inside = await readdir(join(dataDir, entry.name)).catch((): readonly string[] => []);
    if (inside.some((each) => marks.includes(each))) found.add(entry.name);
  }
  return [...found].sort();
}
