/** One session at the gateway: which of its requests pass, and what it has used. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { addUsage } from "../../core/metered.ts";
import type { Usage } from "../../core/records.ts";
import type { DoorRequest, Purse, PurseAnswer, Shut } from "../../ports/gateway.ts";
import { type Asked, parseAsked, parseFields, readBody } from "./asked.ts";
import { beyond } from "./beyond.ts";
import { type Book, type Charge, type House, pass } from "./pass.ts";
import { refuse } from "./replies.ts";
import type { Trouble } from "./signs.ts";
import { errandOf, pathFor } from "./speech.ts";

export interface Counter {
  /** Answers one request of the session; never rejects. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  shut(): Shut | null;
  trouble(): Trouble | null;
  usage(): readonly Usage[];
  close(): Promise<void>;
}

/** What a session has come to, as its requests end. */
interface Course {
  shut: Shut | null;
  trouble: Trouble | null;
  usage: readonly Usage[];
  readonly running: Set<Promise<void>>;
}

/** Opens the counter behind a session's door. */
export function openCounter(house: House, request: DoorRequest): Counter {
  const { onSight } = request;
  const closing = new AbortController();
  const course: Course = { shut: null, trouble: null, usage: [], running: new Set() };
  const { running } = course;
  const book: Book = {
    ...{ house, closing: closing.signal, sighted: onSight },
    troubled(trouble) {
      course.trouble = trouble;
      onSight(trouble);
    },
    answered(usage) {
      course.trouble = null;
      course.usage = addUsage(course.usage, usage);
      const costUsd = course.usage.reduce((sum, each) => sum + each.costUsd, 0);
      onSight({ type: "answered", usage, costUsd });
    },
  };
  return {
    async serve(incoming, response) {
      if (closing.signal.aborted) return refuse(response, 403, "the session is over");
      const ended = serve({ book, course, request }, incoming, response).catch((fault: unknown) => {
        // whatever it was, the session must hear of it
        if (response.headersSent) response.destroy();
        else refuse(response, 502, String(fault));
      });
      running.add(ended);
      await ended;
      running.delete(ended);
    },
    shut: () => course.shut,
    trouble: () => course.trouble,
    usage: () => course.usage,
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}

interface Session {
  readonly book: Book;
  readonly course: Course;
  readonly request: DoorRequest;
}

async function serve(
  session: Session,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { book, course, request } = session;
  const { method, url = "" } = incoming;
  const errand = errandOf(book.house.speech, method, url);
  if (errand === null || request.purse === null)
    return refuse(response, 403, "nothing but the Messages endpoints is to be had here");
  const body = await readBody(incoming);
  if (body === null) return refuse(response, 413, "the request is too large");
  const path = pathFor(book.house.speech, url);
  const sending = { path, headers: incoming.headers, body };
  const text = body.toString("utf8");
  const fields = parseFields(text);
  const more = fields === null ? null : beyond(fields, incoming.headers);
  if (more !== null) return refuse(response, 403, `${more} is not to be had here`);
  if (errand.asks === "count") return pass(book, sending, response, null);
  const asked =
    fields === null ? null : parseAsked(fields, { text, bytes: body.length }, errand.model);
  if (asked === null) return refuse(response, 400, "this is no request for a message");
  const answer = await admit(session, request.purse, asked);
  if (answer.kind === "refused") {
    const { cause, why } = answer;
    course.shut = { cause: cause === "busy" ? "cap" : cause, why };
    return refuse(response, 403, why);
  }
  const charge = chargeFor(asked, request.purse, answer.number);
  try {
    await pass(book, sending, response, charge);
  } finally {
    await charge.settle();
  }
}

/** A request that has been let through; it counts at its worst until more is known. */
function chargeFor(asked: Asked, purse: Purse, number: number): Charge {
  let told: Promise<void> | null = null;
  const charge: Charge = {
    ...{ asked, came: { kind: "broken", mostUsd: Number.POSITIVE_INFINITY } },
    settle: () => {
      told ??= purse.close(number, charge.came);
      return told;
    },
  };
  return charge;
}

/** Asks the purse; what another request has set aside comes back when that one ends. */
async function admit(session: Session, purse: Purse, asked: Asked): Promise<PurseAnswer> {
  const { book, course, request } = session;
  const { house, closing } = book;
  const { model } = asked;
  const worstUsd = house.estimates.worstUsd(asked);
  for (;;) {
    const unpriced = house.isNews(model);
    const { earlierUsd } = request;
    const answer = await purse.open({ model, unpriced, worstUsd, earlierUsd });
    if (answer.kind === "granted" || answer.cause !== "busy") return answer;
    if (course.running.size < 2 || closing.aborted) return answer;
    await Promise.race(course.running);
    await turn();
  }
}
