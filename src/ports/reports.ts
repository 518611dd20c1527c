/** Reads what test runners print. */
import type { TestResults } from "../core/results.ts";

export interface Reports {
  /** Changes whenever the same output is read differently, so that no older reading is reused. */
  readonly version: string;
  /**
   * Reads a run's output; never throws. `opaque` where no known runner is recognised. `root` is the
   * folder it ran in, taken out of names and messages.
   */
  read(output: string, root: string): TestResults;
}
