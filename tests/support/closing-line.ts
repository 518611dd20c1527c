/** Closes the run with `N passed, N failed`, which the build reads. */
import type { Reporter, TestModule } from "vitest/node";

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      const broken = module.state() === "failed";
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        counts[test.result().state] += 1;
        if (test.result().state === "failed") failedTests += 1;
      }
      if (broken && failedTests === 0) counts.failed += 1;
    }
    const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  }
}
