/**
 * What tokens cost where the agent could not say so itself.
 *
 * Source: the list prices built into the agent's program 2.1.330 (Agent SDK 0.3.330), found by
 * letting
 * it price 100,000 tokens of each kind for each model; read on 2026-11-22. US dollars a million
 * tokens.
 */
import type { ModelUsage } from "../../ports/agent.ts";

interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Writes that live five minutes. */
  readonly cacheWrite: number;
}

const price = (input: number, output: number, cacheRead: number, cacheWrite: number): Price => ({
  input,
  output,
  cacheRead,
  cacheWrite,
});

/** The first pattern that fits a model's id counts. */
const prices: readonly (readonly [RegExp, Price])[] = [
  [/haiku-5/, price(0.1, 0.5, 0.01, 0.125)],
  [/3-5-haiku/, price(0.8, 4, 0.08, 1)],
  [/haiku/, price(1, 5, 0.1, 1.25)],
  [/sonnet-5-5|^sonnet$/, price(2, 10, 0.1, 2.5)],
  [/sonnet-5/, price(2, 10, 0.2, 2.5)],
  [/sonnet/, price(3, 15, 0.3, 3.75)],
  [/opus-5-5|^opus$/, price(4, 20, 0.2, 5)],
  [/opus/, price(5, 25, 0.5, 6.25)],
];

/** Models that we do not know are priced as the dearest one, so that a cap holds. */
const dearest = price(8, 40, 0.2, 10);

export type Tokens = Omit<ModelUsage, "model" | "costUsd">;

/** What `tokens` of `model` cost, in US dollars. */
export function priceOf(model: string, tokens: Tokens): number {
  const each = prices.find(([pattern]) => pattern.test(model))?.[1] ?? dearest;
  const microUsd =
    tokens.inputTokens * each.input +
    tokens.outputTokens * each.output +
    tokens.cacheReadTokens * each.cacheRead +
    tokens.cacheWriteTokens * each.cacheWrite;
  return microUsd / 1e6;
}
