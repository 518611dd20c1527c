import type { SDKAssistantMessageError, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import type { Ending } from "../../ports/agent.ts";
import type { Heard } from "./hearing.ts";
import { oneLine } from "./wording.ts";

/** Why we ended the session ourselves. */
export type Stop =
  | "aborted"
  | "timedOut"
  | "stalled"
  | "outOfBudget"
  /** It used more than it may, in words. */
  | { readonly used: string };

const detailLengthMax = 500;

/**
 * Tells how a session ended from what was heard of it.
 *
 * `stopped` is our own doing, `died` what the process or its stream of messages broke with. A
 * finished
 * answer counts in every case: it has been paid.
 */
export function endingOf(heard: Heard, stopped: Stop | null, died: string): Ending {
  const { result } = heard;
  if (result?.subtype === "success" && !result.is_error) {
    return { kind: "answered", json: result.structured_output ?? heard.answer?.json ?? null };
  }
  if (typeof stopped === "string") return { kind: stopped };
  if (stopped !== null)
    return { kind: "crashed", detail: `it was ended for using ${stopped.used}` };
  if (result === null) return { kind: "crashed", detail: detail(died) };
  switch (result.subtype) {
    case "success":
      return failedRequest(heard, result);
    case "error_max_turns":
      return heard.answer === null ? { kind: "outOfTurns" } : answered(heard.answer);
    case "error_max_budget_usd":
      return heard.answer === null ? { kind: "outOfBudget" } : answered(heard.answer);
    case "error_max_structured_output_retries":
      return { kind: "answered", json: null };
    case "error_during_execution":
      return { kind: "crashed", detail: detail(result.errors.join("; ") || died) };
    default:
      return result satisfies never;
  }
}

function answered(answer: { readonly json: unknown }): Ending {
  return { kind: "answered", json: answer.json };
}

/** What an error of the Messages API means for the session. */
type Meaning = "unauthorised" | "limit" | "refused" | "overloaded" | "crashed";

const meanings: Readonly<Record<SDKAssistantMessageError, Meaning>> = {
  authentication_failed: "unauthorised",
  oauth_org_not_allowed: "unauthorised",
  account_on_hold: "unauthorised",
  verification_required: "unauthorised",
  cloud_credential_error: "unauthorised",
  billing_error: "limit",
  rate_limit: "overloaded",
  overloaded: "overloaded",
  server_error: "overloaded",
  invalid_request: "refused",
  model_not_found: "refused",
  max_output_tokens: "crashed",
  // no status and no class: the answer itself was broken on its way
  unknown: "overloaded",
};

function failedRequest(heard: Heard, result: SDKResultMessage & { subtype: "success" }): Ending {
  const text = detail(result.result);
  switch (meaningOf(heard, result)) {
    case "unauthorised":
      return { kind: "unauthorised", detail: text };
    case "limit":
      return { kind: "limitReached", resetAt: heard.limit?.resetAt ?? null, detail: text };
    case "refused":
      return { kind: "refused", detail: text };
    case "overloaded":
      return { kind: "overloaded", retryAfterMs: null, detail: text };
    case "crashed":
      return { kind: "crashed", detail: text };
  }
}

function meaningOf(heard: Heard, result: SDKResultMessage & { subtype: "success" }): Meaning {
  if (result.stop_reason === "refusal") return "refused";
  switch (result.api_error_status) {
    case 401:
      return "unauthorised";
    case 429:
      // the agent tries again unless it was told to wait for long, which only a used-up limit does
      return (heard.limit?.resetAt ?? null) !== null || heard.retries === 0
        ? "limit"
        : "overloaded";
    case 400:
      return heard.error === "billing_error" ? "limit" : "refused";
    case 403:
    case 404:
    case 413:
      return "refused";
    default:
      return meanings[heard.error ?? "unknown"];
  }
}

function detail(text: string): string {
  return oneLine(text, detailLengthMax) || "the agent ended without a word";
}
