import type { SDKMessage, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { expect, test } from "vitest";
import { endingOf } from "../../../src/adapters/agents/ending.ts";
import { type Heard, hear, silence } from "../../../src/adapters/agents/hearing.ts";
import { instant } from "../../../src/core/ids.ts";

/** A result with the fields that matter; the others are never read. */
function result(fields: object): SDKResultMessage {
  const base = { type: "result", subtype: "success", is_error: false, result: "", errors: [] };
  return { ...base, modelUsage: {}, ...fields } as unknown as SDKResultMessage;
}

/** A failed request, as the agent's program reports it. */
function failure(status: number | null, more: object = {}): SDKResultMessage {
  return result({ is_error: true, api_error_status: status, result: "its words", ...more });
}

const heard = (changes: Partial<Heard>): Heard => ({ ...silence, ...changes });
const answer = { json: { done: true } };
const detail = "its words";

const table: readonly (readonly [string, Heard, object])[] = [
  [
    "a structured answer",
    heard({ result: result({ structured_output: { done: true } }) }),
    { kind: "answered", json: { done: true } },
  ],
  ["words only", heard({ result: result({}) }), { kind: "answered", json: null }],
  [
    "no turns left",
    heard({ result: result({ subtype: "error_max_turns" }) }),
    { kind: "outOfTurns" },
  ],
  [
    "the answer came with the last turn",
    heard({ result: result({ subtype: "error_max_turns" }), answer }),
    { kind: "answered", json: { done: true } },
  ],
  [
    "no money left",
    heard({ result: result({ subtype: "error_max_budget_usd" }) }),
    { kind: "outOfBudget" },
  ],
  [
    "the answer cost too much",
    heard({ result: result({ subtype: "error_max_budget_usd" }), answer }),
    { kind: "answered", json: { done: true } },
  ],
  [
    "no answer had the right shape",
    heard({ result: result({ subtype: "error_max_structured_output_retries" }) }),
    { kind: "answered", json: null },
  ],
  [
    "the program failed",
    heard({ result: result({ subtype: "error_during_execution", errors: ["a", "b"] }) }),
    { kind: "crashed", detail: "a; b" },
  ],
  ["400", heard({ result: failure(400), error: "invalid_request" }), { kind: "refused", detail }],
  [
    "an empty account",
    heard({ result: failure(400), error: "billing_error" }),
    { kind: "limitReached", resetAt: null, detail },
  ],
  [
    "401",
    heard({ result: failure(401), error: "authentication_failed" }),
    { kind: "unauthorised", detail },
  ],
  [
    "403",
    heard({ result: failure(403), error: "authentication_failed" }),
    { kind: "refused", detail },
  ],
  [
    "a lost login",
    heard({ result: failure(null), error: "authentication_failed" }),
    { kind: "unauthorised", detail },
  ],
  ["404", heard({ result: failure(404), error: "model_not_found" }), { kind: "refused", detail }],
  ["413", heard({ result: failure(413), error: "invalid_request" }), { kind: "refused", detail }],
  [
    "429 that was tried again",
    heard({ result: failure(429), error: "rate_limit", retries: 4 }),
    { kind: "overloaded", retryAfterMs: null, detail },
  ],
  [
    "429 that was not tried again",
    heard({ result: failure(429), error: "rate_limit" }),
    { kind: "limitReached", resetAt: null, detail },
  ],
  [
    "429 with a time",
    heard({ result: failure(429), error: "rate_limit", limit: { resetAt: instant(7_000) } }),
    { kind: "limitReached", resetAt: 7_000, detail },
  ],
  [
    "529",
    heard({ result: failure(529), error: "server_error", retries: 4 }),
    { kind: "overloaded", retryAfterMs: null, detail },
  ],
  [
    "a broken answer",
    heard({ result: failure(null), error: "unknown" }),
    { kind: "overloaded", retryAfterMs: null, detail },
  ],
  [
    "a refusal",
    heard({ result: failure(null, { stop_reason: "refusal" }), error: "invalid_request" }),
    { kind: "refused", detail },
  ],
  [
    "an answer without an end",
    heard({ result: failure(null), error: "max_output_tokens" }),
    { kind: "crashed", detail },
  ],
];

test.each(table)("%s", (_, facts, ending) => {
  expect(endingOf(facts, null, "")).toEqual(ending);
});

test("what we stopped has that ending, unless it had answered", () => {
  for (const stopped of ["aborted", "timedOut", "stalled", "outOfBudget"] as const) {
    expect(endingOf(silence, stopped, "killed")).toEqual({ kind: stopped });
    expect(endingOf(heard({ result: failure(500) }), stopped, "")).toEqual({ kind: stopped });
    const done = heard({ result: result({ structured_output: 1 }) });
    expect(endingOf(done, stopped, "killed")).toEqual({ kind: "answered", json: 1 });
  }
});

test("a session without a result crashed with what its process said, on one bounded line", () => {
  const ending = endingOf(silence, null, `no\u001b[31m such\nfile ${"x".repeat(2_000)}`);
  expect(ending).toMatchObject({
    kind: "crashed",
    detail: expect.stringMatching(/^no \[31m such file x+…$/),
  });
  expect(ending.kind === "crashed" && ending.detail.length).toBe(500);
});

test("an answer that was turned down for its shape is none", () => {
  const messages = [
    assistant({ type: "tool_use", id: "a", name: "StructuredOutput", input: { nope: 1 } }),
    user({ type: "tool_result", tool_use_id: "a", is_error: true }),
  ];
  expect(messages.reduce(hear, silence).answer).toBeNull();
  expect(messages.slice(0, 1).reduce(hear, silence).answer).toEqual({ json: { nope: 1 } });
});

test("commands run until they are answered, and each reply forgets the attempts before it", () => {
  // read so far only
  const retry = { type: "system", subtype: "api_retry", attempt: 2 } as unknown as SDKMessage;
  const call = assistant({ type: "tool_use", id: "a", name: "Bash", input: {} });
  const done = user({ type: "tool_result", tool_use_id: "a", is_error: true });
  const running = [retry, call].reduce(hear, silence);
  expect([running.running.size, running.retries]).toEqual([1, 0]);
  expect(hear(running, done).running.size).toBe(0);
  expect(hear(running, retry).retries).toBe(2);
});

/** A message with one block; the rest of it is never read. */
function assistant(block: object): SDKMessage {
  return { type: "assistant", message: { content: [block] } } as unknown as SDKMessage;
}

function user(block: object): SDKMessage {
  return { type: "user", message: { content: [block] } } as unknown as SDKMessage;
}
