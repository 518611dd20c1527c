/** What a request asks for, as far as its price depends on it. */
import type { IncomingMessage } from "node:http";

export interface Asked {
  readonly model: string;
  readonly maxTokens: number;
  /** Bytes of the whole request. */
  readonly bytes: number;
  /** Whether it writes to the cache for an hour. */
  readonly hour: boolean;
}

/** A larger request is refused, as the vendor does. */
const bodyBytesMax = 32 * 1024 * 1024;
/** More than any model gives: counts where a request does not say. */
const maxTokensUnsaid = 128_000;

/** Reads a request's body; null where it is too large. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads the fields of a request; null where it has none. */
export function parseFields(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(text);
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return isObject ? { ...json } : null;
  } catch {
    return null; // the vendor would say no more
  }
}

/**
 * Reads what a request for a message asks for; null where it is none. Where its path names the
 * model, that is the one which answers.
 */
export function parseAsked(
  fields: Readonly<Record<string, unknown>>,
  { text, bytes }: { readonly text: string; readonly bytes: number },
  named: string | null,
): Asked | null {
  const { max_tokens: max } = fields;
  const model = named ?? fields["model"];
  if (typeof model !== "string" || model === "" || model.length > 200) return null;
  const said = typeof max === "number" && Number.isFinite(max) && max > 0;
  return {
    model,
    maxTokens: said ? max : maxTokensUnsaid,
    bytes,
    hour: /"ttl"\s*:\s*"1h"/.test(text),
  };
}
