/** The most that a request can cost, before it is sent. */
import { listed, type PriceTable } from "../../core/prices.ts";
import type { Asked } from "./asked.ts";

/** Before anything is known of a model, a token counts for this many bytes: few texts have less. */
const bytesPerToken = 3;
/** The densest of the last requests counts, and a little more. */
const remembered = 20;
const margin = 1.2;
/** Fewer tell nothing yet. */
const enough = 3;

export interface Estimates {
  /** US dollars for a request, however long its answer becomes. */
  worstUsd(asked: Asked): number;
  /** US dollars where the vendor has told what came in, and the answer was cut off. */
  cutUsd(asked: Asked, inUsd: number): number;
  /** Takes in how many tokens a request of a model really had. */
  learn(asked: Asked, inputTokens: number): void;
}

/** Opens estimates that learn from the vendor's counts how dense the texts of each model are. */
export function openEstimates(prices: PriceTable): Estimates {
  const seen = new Map<string, number[]>();
  const densityOf = (model: string): number => {
    const ratios = seen.get(model) ?? [];
    return ratios.length < enough ? 1 / bytesPerToken : Math.min(1, margin * Math.max(...ratios));
  };
  const priceOf = (model: string) => listed(prices, model) ?? prices.dearest;
  const outUsd = ({ model, maxTokens }: Asked) => (maxTokens * priceOf(model).output) / 1e6;
  return {
    worstUsd(asked) {
      const { input, cacheWrite, cacheWriteHour } = priceOf(asked.model);
      const dearest = Math.max(input, cacheWrite, asked.hour ? cacheWriteHour : 0);
      const tokens = Math.ceil(asked.bytes * densityOf(asked.model));
      return (tokens * dearest) / 1e6 + outUsd(asked);
    },
    cutUsd: (asked, inUsd) => inUsd + outUsd(asked),
    learn({ model, bytes }, inputTokens) {
      const ratios = [...(seen.get(model) ?? []), inputTokens / Math.max(1, bytes)];
      seen.set(model, ratios.slice(-remembered));
    },
  };
}
