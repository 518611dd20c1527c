/** How a check of a candidate compares with the same check of its base. */
import type { TestFailure } from "./results.ts";

/** What one check came to. */
export interface CheckOutcome {
  readonly name: string;
  readonly command: string;
  readonly decision: "pass" | "fail" | "inconclusive";
  /** What the comparison rests on. */
  readonly by: "name" | "count" | "exit code";
  readonly introduced: readonly TestFailure[];
  readonly preExisting: readonly string[];
  /** One sentence for the verdict. */
  readonly sentence: string;
  readonly outputTail: string;
  readonly durationMs: number;
}
