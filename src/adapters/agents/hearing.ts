/** What a session's messages come to; the ending is told from it. */
import type {
  SDKAssistantMessageError,
  SDKMessage,
  SDKResultMessage,
} from "@anthropic-ai/claude-agent-sdk";
import { type Instant, instant } from "../../core/ids.ts";

export interface Heard {
  /** The last result; after every failure the stream of messages breaks right behind it. */
  readonly result: SDKResultMessage | null;
  /** The last structured answer that was not turned down for its shape. */
  readonly answer: { readonly json: unknown } | null;
  /** How the agent classed the error that it ended with. */
  readonly error: SDKAssistantMessageError | null;
  /** Attempts that the agent made again since the model last answered. */
  readonly retries: number;
  /** A login's usage limit, where one was reached. */
  readonly limit: { readonly resetAt: Instant | null } | null;
  /** The last thing that the model said. */
  readonly text: string;
  /** Tool calls that have not been answered. */
  readonly running: ReadonlySet<string>;
}

/** Nothing heard yet. */
export const silence: Heard = {
  result: null,
  answer: null,
  error: null,
  retries: 0,
  limit: null,
  text: "",
  running: new Set(),
};

/** The tool by which the agent's program takes a structured answer. */
export const answerTool = "StructuredOutput";

/** What is known after one more message. */
export function hear(heard: Heard, message: SDKMessage): Heard {
  switch (message.type) {
    case "result":
      return { ...heard, result: message };
    case "assistant":
      return hearAssistant(heard, message);
    case "user":
      return hearAnswers(heard, message.message.content);
    case "rate_limit_event": {
      const { status, resetsAt } = message.rate_limit_info;
      if (status !== "rejected") return { ...heard, limit: null };
      const resetAt = resetsAt === undefined ? null : instant(resetsAt * 1000);
      return { ...heard, limit: { resetAt } };
    }
    case "system":
      return message.subtype === "api_retry" ? { ...heard, retries: message.attempt } : heard;
    default:
      return heard;
  }
}

function hearAssistant(heard: Heard, message: SDKMessage & { type: "assistant" }): Heard {
  if (message.error !== undefined) return { ...heard, error: message.error };
  const running = new Set(heard.running);
  let { text, answer } = heard;
  for (const block of message.message.content) {
    if (block.type === "text") text = block.text;
    if (block.type !== "tool_use") continue;
    if (block.name === answerTool) answer = { json: block.input };
    else running.add(block.id);
  }
  return { ...heard, text, answer, running, retries: 0, error: null };
}

function hearAnswers(heard: Heard, content: unknown): Heard {
  if (!Array.isArray(content)) return heard;
  const running = new Set(heard.running);
  let { answer } = heard;
  for (const block of content) {
    if (block?.type !== "tool_result") continue;
    const ours = running.delete(block.tool_use_id);
    // whatever else is answered with an error can only be the structured answer
    if (!ours && block.is_error === true) answer = null;
  }
  return { ...heard, running, answer };
}
