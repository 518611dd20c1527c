/** Reads what a request used out of its answer while the answer is passed on. */
import type { Tokens } from "../../core/prices.ts";
import { openFrames } from "./frames.ts";

export interface Reading {
  /** Takes the next bytes of the answer. */
  take(chunk: Buffer): void;
  /** What it used, as far as the vendor has said so; null where it has not. */
  used(): Tokens | null;
  /** Whether the vendor has said all of it. */
  whole(): boolean;
}

/** A single line, or a whole answer that is not streamed, beyond this is not looked at. */
const kept = 16 * 1024 * 1024;

interface Wire {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: number | null } | null;
}

/** How an answer comes: as lines of events, in Bedrock's frames, or as one document. */
export type Form = "events" | "frames" | "document";

/** The form that an answer's type names. */
export function formOf(contentType: string): Form {
  if (contentType.includes("text/event-stream")) return "events";
  return contentType.includes("application/vnd.amazon.eventstream") ? "frames" : "document";
}

/** Opens the reading of an answer. */
export function openReading(form: Form): Reading {
  return form === "document" ? readDocument() : readStream(form);
}

function readStream(form: "events" | "frames"): Reading {
  let used: Tokens | null = null;
  let isWhole = false;
  const told = (text: string): void => {
    // most events are pieces of the answer itself, which cost nothing to pass over
    if (!/"type"\s*:\s*"message_(start|delta|stop)"/.test(text.slice(0, 400))) return;
    const event = fieldsOf(parsed(text));
    if (event["type"] === "message_start")
      used = merged(used, fieldsOf(fieldsOf(event["message"])["usage"]));
    if (event["type"] === "message_delta") used = merged(used, fieldsOf(event["usage"]));
    if (event["type"] === "message_stop") isWhole = used !== null;
  };
  return {
    take: form === "frames" ? openFrames(told) : openLines(told),
    used: () => used,
    whole: () => isWhole,
  };
}

function openLines(event: (text: string) => void): (chunk: Buffer) => void {
  let rest = "";
  const decoder = new TextDecoder();
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = (lines.pop() ?? "").slice(0, kept);
    for (const each of lines) if (each.startsWith("data:")) event(each.slice(5));
  };
}

function readDocument(): Reading {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const read = (): Tokens | null => {
    if (bytes > kept) return null;
    const usage = fieldsOf(parsed(Buffer.concat(chunks).toString("utf8")))["usage"];
    return typeof usage === "object" && usage !== null ? merged(null, fieldsOf(usage)) : null;
  };
  return {
    take(chunk) {
      bytes += chunk.length;
      if (bytes <= kept) chunks.push(chunk);
    },
    used: read,
    whole: () => read() !== null,
  };
}

/** Counts only grow within an answer; what an event leaves out stays as it was. */
function merged(before: Tokens | null, wire: Wire): Tokens {
  const most = (had: number | undefined, told: number | null | undefined): number =>
    Math.max(had ?? 0, typeof told === "number" && told > 0 ? told : 0);
  return {
    inputTokens: most(before?.inputTokens, wire.input_tokens),
    outputTokens: most(before?.outputTokens, wire.output_tokens),
    cacheReadTokens: most(before?.cacheReadTokens, wire.cache_read_input_tokens),
    cacheWriteTokens: most(before?.cacheWriteTokens, wire.cache_creation_input_tokens),
    hourTokens: most(before?.hourTokens, wire.cache_creation?.ephemeral_1h_input_tokens),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // cut off, or not what it should be: nothing is known then
  }
}

const fieldsOf = (json: unknown): Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null ? { ...json } : {};
