/**
 * The audit trail in the project's folder, for the person to read.
 *
 * Contract: writes are whole and atomic; never follows a symlink out of the project; keeps `.orch/`
 * outside git's sight; writing the same document twice is the same as once. A failure is an answer:
 * the trail is derived from the ledger and is written again later.
 */
/** Folders of the trail. */
export const journalFolders = ["plans", "workers", "verdicts"] as const;

export interface JournalEntry {
  readonly folder: (typeof journalFolders)[number];
  /** File name without folder, e.g. `cycle_a1b2c3d4e5f6.md`. */
  readonly file: string;
  readonly text: string;
}

export type Journaled =
  | { readonly kind: "written" }
  | { readonly kind: "failed"; readonly why: string };

export interface Journal {
  write(entry: JournalEntry): Promise<Journaled>;
}
