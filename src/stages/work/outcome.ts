/** What comes of a session that was to change files, or to report. */
import type { FileChange } from "../../core/change.ts";
import type { Failure } from "../../core/failure.ts";
import type { CommitSha } from "../../core/ids.ts";
import type { Leftover, Spending } from "../../core/records.ts";
import type { Release } from "../converse.ts";

export type WorkOutcome = {
  /** Whether `spending` includes what earlier tries of the session spent. */
  readonly resumed: boolean;
  readonly spending: Spending;
  /** What is to be paid for this run alone, in US dollars. */
  readonly dueUsd: number;
  readonly summary: string;
  readonly durationMs: number;
  /** What was kept of work that was not submitted. */
  readonly leftover?: Leftover | undefined;
} & (
  | {
      readonly kind: "submitted";
      readonly commit: CommitSha;
      readonly base: CommitSha;
      readonly changes: readonly FileChange[];
    }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "released"; readonly release: Release }
  | { readonly kind: "blocked"; readonly question: string }
  | { readonly kind: "declined"; readonly why: string }
  | { readonly kind: "reported"; readonly report: string }
);
