/** Sabotages of how requests are set aside and settled. */
import type { Mutant } from "./mutant.ts";

export const moneyMutants: readonly Mutant[] = [
  {
    name: "a request sets nothing aside",
    file: "src/core/metered.ts",
    text: "const open = [...metered.open, { number, worstUsd: ask.worstUsd }];",
    by: "const open = [...metered.open, { number, worstUsd: 0 }];",
    promise: "G5",
    seed: 8,
  },
  {
    name: "a session's cap ends no request",
    file: "src/core/metered.ts",
    text: "if (before + committed >= metered.capUsd) {",
    by: "if (before + committed >= 1e9) {",
    promise: "G5",
    seed: 17,
  },
  {
    name: "any number of requests may pass a cap",
    file: "src/core/metered.ts",
    text: "passed.leftUsd < -slackUsd)",
    by: "passed.leftUsd < -1e9)",
    promise: "G5",
    seed: 1303,
  },
  {
    name: "an answer that is cut off costs nothing",
    file: "src/core/metered.ts",
    text: 'const most = came.kind === "broken" ? Math.min(came.mostUsd, request.worstUsd) : 0;',
    by: 'const most = came.kind === "free" ? request.worstUsd : 0;',
    promise: "G5",
    seed: 16,
  },
  {
    name: "a session that goes on past midnight spends of the day before",
    file: "src/core/day-turn.ts",
    text: "settledUsd !== null || reservation.day === day)",
    by: "settledUsd !== null || reservation.day !== null)",
    promise: "G5",
    seed: 24,
  },
];
