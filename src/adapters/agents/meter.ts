/**
 * Counts what a session uses while it uses it. The agent's own account comes with its last message,
 * which a killed session never sends.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import { type PriceTable, priceOf } from "../../core/prices.ts";
import type { ModelUsage } from "../../ports/agent.ts";

export interface Meter {
  /** Takes a message; tells whether it changed the count. */
  hear(message: SDKMessage): boolean;
  /** Requests that the model began to answer. */
  requests(): number;
  /** By model, priced by table. */
  usage(): readonly ModelUsage[];
  costUsd(): number;
}

type Tokens = Omit<ModelUsage, "model" | "costUsd">;

type Entry = { readonly model: string; readonly id: string } & {
  -readonly [Key in keyof Tokens]: number;
};

interface WireUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
}

/** Characters of an unfinished answer that count as one token. */
const charactersPerToken = 4;

/** Starts counting at `before`, what the session used until it was resumed. */
export function openMeter(before: readonly ModelUsage[], prices: PriceTable): Meter {
  const entries: Entry[] = [];
  let streamed = 0;
  const begin = (model: string, id: string, usage: WireUsage): void => {
    streamed = 0;
    const none = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    entries.push(updated({ model, id, ...none }, usage));
  };
  const amend = (usage: WireUsage): void => {
    const last = entries.pop();
    if (last !== undefined) entries.push(updated(last, usage));
  };
  const usage = () => [...before, ...entries].reduce(adding(prices), []);
  return {
    hear(message) {
      if (message.type === "assistant") {
        const { id, model, usage } = message.message;
        if (model === "<synthetic>" || entries.some((each) => each.id === id)) return false;
        begin(model, id, usage); // an answer that was not streamed
        return true;
      }
      if (message.type !== "stream_event") return false;
      const { event } = message;
      switch (event.type) {
        case "message_start":
          begin(event.message.model, event.message.id, event.message.usage);
          return true;
        case "message_delta":
          amend(event.usage);
          return true;
        case "content_block_delta":
          streamed += lengthOf(event.delta);
          amend({ output_tokens: Math.ceil(streamed / charactersPerToken) });
          return false;
        default:
          return false;
      }
    },
    requests: () => entries.length,
    usage,
    costUsd: () => usage().reduce((sum, each) => sum + each.costUsd, 0),
  };
}

/** Characters that a delta adds: text, thoughts, or a piece of a tool's input. */
function lengthOf(delta: object): number {
  const texts = Object.entries(delta).filter(([key]) => key !== "type");
  return texts.reduce((sum, [, each]) => sum + (typeof each === "string" ? each.length : 0), 0);
}

/** What comes in only grows; what goes out is estimated until it is told. */
function updated(entry: Entry, usage: WireUsage): Entry {
  return {
    ...entry,
    inputTokens: Math.max(entry.inputTokens, usage.input_tokens ?? 0),
    outputTokens: usage.output_tokens ?? entry.outputTokens,
    cacheReadTokens: Math.max(entry.cacheReadTokens, usage.cache_read_input_tokens ?? 0),
    cacheWriteTokens: Math.max(entry.cacheWriteTokens, usage.cache_creation_input_tokens ?? 0),
  };
}

type Counted = Tokens & { readonly model: string };

/** Adds one count to the sums by model. */
const adding =
  (prices: PriceTable) =>
  (sums: readonly ModelUsage[], next: Counted): readonly ModelUsage[] => {
    const known = sums.find((each) => each.model === next.model);
    const tokens = {
      inputTokens: (known?.inputTokens ?? 0) + next.inputTokens,
      outputTokens: (known?.outputTokens ?? 0) + next.outputTokens,
      cacheReadTokens: (known?.cacheReadTokens ?? 0) + next.cacheReadTokens,
      cacheWriteTokens: (known?.cacheWriteTokens ?? 0) + next.cacheWriteTokens,
    };
    const costUsd = priceOf(prices, next.model, tokens);
    return [...sums.filter((each) => each !== known), { model: next.model, ...tokens, costUsd }];
  };

/** What a session had used when it was last heard of; nothing where it left no record. */
export async function readSpent(file: string): Promise<readonly ModelUsage[]> {
  try {
    const json: unknown = JSON.parse(await readFile(file, "utf8"));
    return Array.isArray(json) ? json.filter(isUsage) : [];
  } catch {
    return []; // no record, or one that was never whole
  }
}

/** Records what a session has used so far; whole or not at all. */
export async function writeSpent(file: string, usage: readonly ModelUsage[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(usage), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Tells whether a value is one model's usage. */
export function isUsage(json: unknown): json is ModelUsage {
  if (typeof json !== "object" || json === null) return false;
  const { model, ...numbers } = json as Readonly<Record<string, unknown>>; // read with care below
  const keys = ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "costUsd"];
  return typeof model === "string" && keys.every((key) => typeof numbers[key] === "number");
}
