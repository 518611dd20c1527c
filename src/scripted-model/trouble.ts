import type { ServerResponse } from "node:http";
import { buildReply, openStream, streamOf } from "./reply.ts";
import type { ErrorStep, FaultStep, ReplyStep } from "./scenario.ts";

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** Answers with the vendor's error document. */
export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = errorTypes[status] ?? "api_error";
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ type: "error", error: { type, message: message || type } }));
}

/** Plays an error or a broken connection. */
export function playTrouble(
  response: ServerResponse,
  step: ErrorStep | FaultStep,
  model: string,
): void {
  if (step.kind === "error") {
    sendError(response, step.status, step.message, limits(step));
    return;
  }
  switch (step.fault) {
    case "refused":
      response.socket?.destroy();
      return;
    case "stalled":
      openStream(response);
      for (const event of beginning(model)) response.write(event);
      return;
    case "cut":
      openStream(response);
      for (const event of beginning(model)) response.write(event);
      // after the bytes are out, or there would be nothing to cut
      setImmediate(() => response.socket?.destroySoon());
      return;
    case "malformed":
      openStream(response);
      response.end('event: message_start\ndata: {"type":"message_st\n\n');
      return;
    default:
      step.fault satisfies never;
  }
}

function limits(step: ErrorStep): Readonly<Record<string, string>> {
  const resetS = step.resetInS === null ? null : Math.floor(Date.now() / 1000) + step.resetInS;
  return {
    ...(step.retryAfterS === null ? {} : { "retry-after": String(step.retryAfterS) }),
    ...(resetS === null
      ? {}
      : {
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": String(resetS),
          "anthropic-ratelimit-unified-representative-claim": "five_hour",
        }),
  };
}

/** The headers by which a login learns how much of its allowance is used. */
export function allowanceHeaders(told: ReplyStep["allowance"]): Readonly<Record<string, string>> {
  if (told === null) return {};
  const reset = String(Math.floor(Date.now() / 1000) + told.resetInS);
  const unified = "anthropic-ratelimit-unified";
  return {
    [`${unified}-status`]: "allowed",
    [`${unified}-reset`]: reset,
    [`${unified}-representative-claim`]: "five_hour",
    [`${unified}-5h-status`]: "allowed",
    [`${unified}-5h-utilization`]: String(told.used),
    [`${unified}-5h-reset`]: reset,
    // the agent's program tells of it only beyond a threshold
    [`${unified}-5h-surpassed-threshold`]: String(told.used),
  };
}

/** The first events of an answer that never comes to its end. */
function beginning(model: string): readonly string[] {
  const step = {
    ...{ say: "I will look at", tools: [], answer: undefined, stop: null, usage: {} },
    allowance: null,
  };
  const input = {
    input_tokens: 3,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
  const where = { session: "unfinished", place: 0, cwd: "" };
  const reply = buildReply({ model, messages: [] }, { kind: "reply", ...step }, where, input);
  return [...streamOf(reply)].slice(0, 3);
}
