/** Passes a session's request to the vendor, and the answer back as it comes. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Came } from "../../core/metered.ts";
import { type PriceTable, priceOf, type Tokens } from "../../core/prices.ts";
import type { Usage } from "../../core/records.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Sight } from "../../ports/gateway.ts";
import type { Asked } from "./asked.ts";
import type { Estimates } from "./estimate.ts";
import { formOf, openReading, type Reading } from "./reading.ts";
import { refuse } from "./replies.ts";
import { allowancesIn, type Trouble, troubleIn } from "./signs.ts";
import type { Speech } from "./speech.ts";
import { passedOn, type Sending, Unanswered, type Upstream } from "./upstream.ts";

/** What all doors of a gateway share. */
export interface House {
  readonly upstream: Upstream;
  readonly speech: Speech;
  readonly prices: PriceTable;
  readonly estimates: Estimates;
  readonly clock: Pick<Clock, "now">;
  /** Whether a model that the price table lacks is met for the first time. */
  readonly isNews: (model: string) => boolean;
}

/** The text of an error that is looked at and told. */
const errorBytesMax = 2_000;

/** What a session keeps of the answers that are passed back to it. */
export interface Book {
  readonly house: House;
  readonly closing: AbortSignal;
  readonly troubled: (trouble: Trouble) => void;
  readonly sighted: (sight: Sight) => void;
  readonly answered: (usage: Usage) => void;
}

/** A request that is charged for, and what it came to as far as is known. */
export interface Charge {
  readonly asked: Asked;
  came: Came;
  /** Tells the purse what it came to, once; never rejects. */
  readonly settle: () => Promise<void>;
}

/** Sends a request on and passes its answer back as it comes. */
export async function pass(
  book: Book,
  sending: Sending,
  response: ServerResponse,
  charge: Charge | null,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const signal = AbortSignal.any([gone.signal, book.closing]);
  if (response.destroyed || signal.aborted) {
    if (charge !== null) charge.came = { kind: "free" }; // gone before anything was sent
    return;
  }
  try {
    const answer = await book.house.upstream.send(sending, signal);
    await passBack(book, answer, { response, charge, signal });
  } catch (fault) {
    if (!(fault instanceof Unanswered)) throw fault;
    // nothing was sent, so nothing can be charged
    if (charge !== null && !fault.taken) charge.came = { kind: "free" };
    if (!signal.aborted)
      book.troubled({ type: "unavailable", retryAfterMs: null, detail: fault.message });
    refuse(response, 502, `the model cannot be had: ${fault.message}`);
  }
}

interface Exchange {
  readonly response: ServerResponse;
  readonly charge: Charge | null;
  readonly signal: AbortSignal;
}

async function passBack(
  book: Book,
  answer: IncomingMessage,
  { response, charge, signal }: Exchange,
): Promise<void> {
  const status = answer.statusCode ?? 502;
  const { headers } = answer;
  for (const each of allowancesIn(headers)) book.sighted(each);
  // an error costs nothing, also where its text does not come to its end
  if (charge !== null && status >= 400) charge.came = { kind: "free" };
  response.writeHead(status, passedOn(headers));
  response.flushHeaders();
  const send = async (chunk: Buffer): Promise<void> => {
    if (!response.write(chunk)) await drained(response, signal);
  };
  let text = "";
  try {
    if (status < 400) await passAnswer(book, answer, charge, send);
    else
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        if (text.length < errorBytesMax) text += chunk.toString("utf8");
        await send(chunk);
      }
    response.end();
  } catch {
    // cut off, by the vendor or by the session: the other side hears it the same way
    response.destroy();
  } finally {
    answer.destroy();
  }
  if (status < 400) return;
  const told = { text: messageOf(text), now: book.house.clock.now() };
  const trouble = troubleIn(status, headers, told);
  if (trouble !== null) book.troubled(trouble);
}

/**
 * Passes an answer on as it comes. Its last piece waits until the purse knows what it came to, so
 * that whatever a session has in whole is never reckoned at its worst after a death.
 */
async function passAnswer(
  book: Book,
  answer: IncomingMessage,
  charge: Charge | null,
  send: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const form = formOf(String(answer.headers["content-type"] ?? ""));
  const isStream = form !== "document";
  const reading = openReading(form);
  let isTold = false;
  const tell = async (): Promise<void> => {
    if (isTold) return;
    isTold = true;
    conclude(book, charge, reading);
    await charge?.settle();
  };
  // only the end of a document tells whether it is whole
  let kept: Buffer | null = null;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      reading.take(chunk);
      if (isStream && reading.whole()) await tell();
      const next: Buffer | null = isStream ? chunk : kept;
      if (next !== null) await send(next);
      kept = isStream ? null : chunk;
    }
    await tell();
    if (kept !== null) await send(kept);
  } finally {
    await tell();
  }
}

/** Reckons what an answer came to: by the vendor's count, else at the most that is possible. */
function conclude({ house, answered }: Book, charge: Charge | null, reading: Reading): void {
  if (charge === null) return;
  const { asked } = charge;
  const used = reading.used();
  if (used === null) return;
  const usage = usageOf(house.prices, asked.model, used);
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = used;
  house.estimates.learn(asked, inputTokens + cacheReadTokens + cacheWriteTokens);
  if (reading.whole()) {
    charge.came = { kind: "answered", usage };
    answered(usage);
    return;
  }
  const inUsd = priceOf(house.prices, asked.model, { ...used, outputTokens: 0 });
  charge.came = { kind: "broken", mostUsd: house.estimates.cutUsd(asked, inUsd) };
}

function usageOf(prices: PriceTable, model: string, { hourTokens, ...tokens }: Tokens): Usage {
  const costUsd = priceOf(prices, model, { ...tokens, hourTokens: hourTokens ?? 0 });
  return { model, ...tokens, costUsd };
}

/** Waits until the session has taken what was written, or is gone. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      response.off("drain", go);
      reject(new Error("the session is gone"));
    };
    const go = (): void => {
      signal.removeEventListener("abort", end);
      resolve();
    };
    if (signal.aborted) return end();
    response.once("drain", go);
    signal.addEventListener("abort", end, { once: true });
  });
}

function messageOf(text: string): string {
  const found = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return found ?? text;
}
