import type { ProjectConfig } from "../core/portfolio.ts";
import { defaultRetryRules, type RetryRules } from "../core/retry.ts";

/** The retry rules of a project, by its portfolio. */
export const rulesOf = ({ maxAttempts, maxFailuresInARow }: ProjectConfig): RetryRules => ({
  ...defaultRetryRules,
  attemptsMax: maxAttempts,
  failuresMax: maxFailuresInARow,
});
