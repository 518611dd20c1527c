/** Reads what test runners print. */
import type { TestResults } from "../core/results.ts";

export interface Reports {
  /**
   * Reads a run's output; never throws. `opaque` where no known runner is recognised. `root` is the
   * folder it ran in, taken out of names and messages.
   */
  read(output: string, root: string): TestResults;
}
