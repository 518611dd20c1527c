/**
 * One path that a commit changes. `added` and `deleted` count lines; both are null for binary
 * files.
 */
export interface FileChange {
  readonly path: string;
  readonly status: "added" | "modified" | "deleted" | "renamed" | "typechanged";
  /** Where a renamed file was before. */
  readonly from: string | null;
  readonly added: number | null;
  readonly deleted: number | null;
}

/** Files, and lines added and deleted, of a change. */
export interface ChangeSize {
  readonly files: number;
  readonly added: number;
  readonly deleted: number;
}

/** Sums up a change; binary files count as files without lines. */
export function sizeOf(changes: readonly FileChange[]): ChangeSize {
  return changes.reduce<ChangeSize>(
    (sum, { added, deleted }) => ({
      files: sum.files + 1,
      added: sum.added + (added ?? 0),
      deleted: sum.deleted + (deleted ?? 0),
    }),
    { files: 0, added: 0, deleted: 0 },
  );
}
