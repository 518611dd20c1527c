/** What tokens cost. */

/** US dollars a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Writes that live five minutes. */
  readonly cacheWrite: number;
  /** Writes that live an hour. */
  readonly cacheWriteHour: number;
}

export interface PriceTable {
  /** Where the prices come from. */
  readonly source: string;
  /** When they were read, `YYYY-MM-DD`. */
  readonly date: string;
  /** The first pattern that fits a model's id counts. */
  readonly models: readonly (readonly [RegExp, Price])[];
  /** Counts for models that the table lacks, so that a cap holds. */
  readonly dearest: Price;
}

export interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  /** All that were written to the cache. */
  readonly cacheWriteTokens: number;
  /** Those among them that live an hour; none where it is left out. */
  readonly hourTokens?: number;
}

/** The price of a model; null where the table lacks it. */
export const listed = ({ models }: PriceTable, model: string): Price | null =>
  models.find(([pattern]) => pattern.test(model))?.[1] ?? null;

/** What `tokens` of `model` cost, in US dollars. */
export function priceOf(table: PriceTable, model: string, tokens: Tokens): number {
  const each = listed(table, model) ?? table.dearest;
  const hour = tokens.hourTokens ?? 0;
  const microUsd =
    tokens.inputTokens * each.input +
    tokens.outputTokens * each.output +
    tokens.cacheReadTokens * each.cacheRead +
    (tokens.cacheWriteTokens - hour) * each.cacheWrite +
    hour * each.cacheWriteHour;
  return microUsd / 1e6;
}
