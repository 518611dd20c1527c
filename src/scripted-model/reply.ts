import type { ServerResponse } from "node:http";
import { type MessagesRequest, toolUseId } from "./conversation.ts";
import type { ReplyStep } from "./scenario.ts";
import { tokensIn, type Usage } from "./usage.ts";

type Block =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    };

/** A whole answer of the model's, before it is sent one way or the other. */
export interface Reply {
  readonly id: string;
  readonly model: string;
  readonly content: readonly Block[];
  readonly stop: "end_turn" | "tool_use" | "refusal" | "max_tokens";
  readonly usage: Usage;
}

const structuredOutput = "StructuredOutput";

/** Builds the answer that `step` stands for. */
export function buildReply(
  request: MessagesRequest,
  step: ReplyStep,
  where: { readonly session: string; readonly place: number; readonly cwd: string },
  input: Omit<Usage, "output_tokens">,
): Reply {
  const fill = <T>(json: T): T => interpolate(json, where.cwd);
  const content: Block[] = [];
  if (step.say !== null) content.push({ type: "text", text: fill(step.say) });
  const calls = [...step.tools];
  if (step.answer !== undefined) {
    // an agent without this tool reads its answer from the text
    if (request.tools?.some((tool) => tool.name === structuredOutput) !== true) {
      content.push({ type: "text", text: JSON.stringify(fill(step.answer)) });
    } else calls.push({ tool: structuredOutput, input: step.answer });
  }
  for (const [i, call] of calls.entries()) {
    const id = toolUseId(where.session, where.place, i);
    content.push({ type: "tool_use", id, name: call.tool, input: fill(call.input) });
  }
  return {
    id: `msg_${where.session.slice(0, 8)}_${where.place}`,
    model: request.model,
    content,
    stop: step.stop ?? (calls.length > 0 ? "tool_use" : "end_turn"),
    usage: {
      input_tokens: step.usage.inputTokens ?? input.input_tokens,
      output_tokens: step.usage.outputTokens ?? tokensIn(JSON.stringify(content)),
      cache_creation_input_tokens: step.usage.cacheWriteTokens ?? input.cache_creation_input_tokens,
      cache_read_input_tokens: step.usage.cacheReadTokens ?? input.cache_read_input_tokens,
    },
  };
}

/** Sends the answer in one piece. */
export function sendWhole(response: ServerResponse, reply: Reply): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ ...head(reply), content: reply.content, ...tail(reply) }));
}

/** The answer as server-sent events, in order. */
export function* streamOf(reply: Reply): Generator<string> {
  const started = { ...reply.usage, output_tokens: 1 };
  const message = { ...head(reply), content: [], stop_reason: null, stop_sequence: null };
  yield event("message_start", { message: { ...message, usage: started } });
  for (const [index, block] of reply.content.entries()) {
    const isText = block.type === "text";
    const empty = isText ? { ...block, text: "" } : { ...block, input: {} };
    yield event("content_block_start", { index, content_block: empty });
    for (const piece of pieces(isText ? block.text : JSON.stringify(block.input))) {
      const delta = isText
        ? { type: "text_delta", text: piece }
        : { type: "input_json_delta", partial_json: piece };
      yield event("content_block_delta", { index, delta });
    }
    yield event("content_block_stop", { index });
  }
  const { stop_reason, stop_sequence } = tail(reply);
  const usage = { output_tokens: reply.usage.output_tokens };
  yield event("message_delta", { delta: { stop_reason, stop_sequence }, usage });
  yield event("message_stop", {});
}

/** The start of every event stream. */
export function openStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
}

function event(type: string, json: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...json })}\n\n`;
}

function head(reply: Reply) {
  return { id: reply.id, type: "message", role: "assistant", model: reply.model };
}

function tail(reply: Reply) {
  return { stop_reason: reply.stop, stop_sequence: null, usage: reply.usage };
}

/** Characters in one delta: several deltas for all but the shortest answers. */
const deltaLength = 2_000;

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += deltaLength) yield text.slice(at, at + deltaLength);
}

function interpolate<T>(json: T, cwd: string): T {
  const filled: unknown = JSON.parse(JSON.stringify(json), (_, value: unknown) =>
    typeof value === "string" ? value.replaceAll("{{cwd}}", cwd) : value,
  );
  return filled as T; // the same shape: only strings within it have changed
}
