import type { SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { type PriceTable, priceOf } from "../../core/prices.ts";
import type { ModelUsage, SessionResult } from "../../ports/agent.ts";
import type { Meter } from "./meter.ts";

type Account = Pick<SessionResult, "costUsd" | "costBasis" | "usage">;

/**
 * What a session used and cost: by the agent's own account where it gave one for the whole of it
 * and
 * knew the prices, else by our count and table.
 */
export function accountOf(
  result: SDKResultMessage | null,
  meter: Meter,
  before: readonly ModelUsage[],
  prices: PriceTable,
): Account {
  const models = Object.entries(result?.modelUsage ?? {});
  if (result === null || models.length === 0 || before.length > 0) return byMeter(meter);
  const usage = models.map(([model, used]): ModelUsage => {
    const tokens = {
      inputTokens: used.inputTokens,
      outputTokens: used.outputTokens,
      cacheReadTokens: used.cacheReadInputTokens,
      cacheWriteTokens: used.cacheCreationInputTokens,
    };
    const costUsd = used.costBasis === "unknown" ? priceOf(prices, model, tokens) : used.costUSD;
    return { model, ...tokens, costUsd };
  });
  const isGuess = models.some(([, used]) => used.costBasis === "unknown");
  return isGuess
    ? { costUsd: sum(usage), costBasis: "table", usage }
    : { costUsd: result.total_cost_usd, costBasis: "vendor", usage };
}

function byMeter(meter: Meter): Account {
  const usage = meter.usage();
  return { costUsd: sum(usage), costBasis: usage.length === 0 ? "none" : "table", usage };
}

function sum(usage: readonly ModelUsage[]): number {
  return usage.reduce((all, each) => all + each.costUsd, 0);
}
