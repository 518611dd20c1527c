import { digest, type MessagesRequest } from "./conversation.ts";

/** Tokens as the Messages API counts them. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
}

/** Four bytes a token is the usual rule of thumb for English and code. */
const bytesPerToken = 4;
/** What is left outside the cache when the last message is cached too. */
const uncachedTokens = 3;
/** More prefixes than any demo has; then the cache starts afresh, as the vendor's would expire. */
const prefixesMax = 20_000;

export interface PromptCache {
  /** Counts a request's input and remembers its prefixes as cached. */
  count(request: MessagesRequest): Omit<Usage, "output_tokens">;
}

/**
 * A prompt cache that never expires: what stood before an equal prefix is read, the rest written.
 */
export function openPromptCache(): PromptCache {
  const seen = new Set<string>();
  return {
    count(request) {
      if (seen.size > prefixesMax) seen.clear();
      const head = canonical([request.model, request.tools ?? [], request.system ?? ""]);
      let key = digest(head);
      let total = tokensIn(head);
      let read = seen.has(key) ? total : 0;
      seen.add(key);
      for (const message of request.messages) {
        const text = canonical(message);
        key = digest(key + text);
        total += tokensIn(text);
        if (seen.has(key)) read = total;
        seen.add(key);
      }
      return {
        input_tokens: uncachedTokens,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: total - read,
      };
    },
  };
}

/** Estimates the tokens of a text. */
export function tokensIn(text: string): number {
  return Math.max(1, Math.round(Buffer.byteLength(text) / bytesPerToken));
}

/** JSON without what moves from request to request: cache marks, and text as block or as string. */
function canonical(json: unknown): string {
  return JSON.stringify(json, (key, value: unknown) => {
    if (key === "cache_control") return undefined;
    return key === "content" && typeof value === "string" ? [{ type: "text", text: value }] : value;
  });
}

/**
 * US dollars for a million tokens: input, output, cache read, cache write (5 minutes). The list
 * prices
 * of the agent's program, so that its account and this bill agree.
 */
const prices: readonly (readonly [RegExp, readonly [number, number, number, number]])[] = [
  [/haiku-5/, [0.1, 0.5, 0.01, 0.125]],
  [/haiku/, [1, 5, 0.1, 1.25]],
  [/sonnet-5-5/, [2, 10, 0.1, 2.5]],
  [/sonnet-5/, [2, 10, 0.2, 2.5]],
  [/opus-5-5/, [4, 20, 0.2, 5]],
  [/opus/, [5, 25, 0.5, 6.25]],
  [/./, [3, 15, 0.3, 3.75]],
];

/** What a request costs, in US dollars. */
export function priceOf(model: string, usage: Usage): number {
  const [input, output, read, write] = prices.find(([name]) => name.test(model))?.[1] ?? [
    0, 0, 0, 0,
  ];
  const microUsd =
    usage.input_tokens * input +
    usage.output_tokens * output +
    usage.cache_read_input_tokens * read +
    usage.cache_creation_input_tokens * write;
  return microUsd / 1e6;
}
