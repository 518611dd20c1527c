/** How a check of a candidate compares with the same check of its base. */
import type { TestFailure, TestResults } from "./results.ts";

export interface CheckRun {
  readonly name: string;
  readonly command: string;
  readonly ended:
    | { readonly kind: "exited"; readonly code: number }
    | { readonly kind: "killed"; readonly signal: string }
    | { readonly kind: "timedOut" }
    | { readonly kind: "unstartable"; readonly detail: string };
  readonly results: TestResults;
  readonly outputTail: string;
  readonly durationMs: number;
}

/** What one check came to. */
export interface CheckOutcome {
  readonly name: string;
  readonly command: string;
  readonly decision: "pass" | "fail" | "inconclusive";
  /** What the comparison rests on. */
  readonly by: "name" | "count" | "exit code";
  readonly introduced: readonly TestFailure[];
  readonly preExisting: readonly string[];
  /** Why a person must agree; null where none must. */
  readonly hold: string | null;
  /** One sentence for the verdict. */
  readonly sentence: string;
  readonly outputTail: string;
  readonly durationMs: number;
}

export declare function compare(candidate: CheckRun, base: CheckRun | null): CheckOutcome;
