import { createHash } from "node:crypto";
import path from "node:path";
import type { SDKMessage, SDKRateLimitInfo } from "@anthropic-ai/claude-agent-sdk";
import { normalised } from "../../core/failure.ts";
import { instant } from "../../core/ids.ts";
import type { SessionEvent } from "../../ports/agent.ts";
import { answerTool } from "./hearing.ts";
import { oneLine } from "./wording.ts";

const saidLengthMax = 2_000;
const summaryLengthMax = 120;
/** The end of an answer that is compared with the one before, in characters. */
const answerLengthMax = 20_000;
const tailLengthMax = 300;

type Change = Extract<SessionEvent, { type: "tool.called" }>["change"];
type Called = Map<string, { readonly tool: string; readonly call: string }>;

/** Turns the agent's messages into events for people. */
export function openNarrator(cwd: string): (message: SDKMessage) => readonly SessionEvent[] {
  const called: Called = new Map();
  return (message) => {
    switch (message.type) {
      case "system":
        return message.subtype === "init" ? [{ type: "started", model: message.model }] : [];
      case "assistant":
        return message.error === undefined ? assistantEvents(message, called, cwd) : [];
      case "rate_limit_event":
        return allowanceIn(message.rate_limit_info);
      case "user":
        return answerEvents(message.message.content, called);
      default:
        return [];
    }
  };
}

function assistantEvents(
  message: SDKMessage & { type: "assistant" },
  called: Called,
  cwd: string,
): readonly SessionEvent[] {
  const events = message.message.content.flatMap((block): readonly SessionEvent[] => {
    if (block.type === "text") return [{ type: "said", text: block.text.slice(0, saidLengthMax) }];
    if (block.type !== "tool_use" || block.name === answerTool) return [];
    const { name: tool, input } = block;
    const call = digest(`${tool} ${JSON.stringify(input)}`);
    called.set(block.id, { tool, call });
    const summary = summaryOf(tool, input, cwd);
    return [{ type: "tool.called", tool, summary, call, change: changeOf(tool, input, cwd) }];
  });
  return [{ type: "replied" }, ...events];
}

/** Above this a figure cannot be a share of 1: it is per cent. */
const shareMax = 1.5;

/**
 * What a login's allowance is used by; nothing for a key, and where the vendor tells only a part.
 */
function allowanceIn({ utilization, resetsAt }: SDKRateLimitInfo): readonly SessionEvent[] {
  if (utilization === undefined || resetsAt === undefined) return [];
  const used = utilization > shareMax ? utilization / 100 : utilization;
  return [{ type: "allowance", used, resetAt: instant(resetsAt * 1_000) }];
}

function answerEvents(content: unknown, called: Called): readonly SessionEvent[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block): readonly SessionEvent[] => {
    const asked = called.get(block?.tool_use_id);
    if (asked === undefined) return [];
    called.delete(block.tool_use_id);
    const text = normalised(textOf(block.content).slice(-answerLengthMax));
    const tail = oneLine(text.slice(-tailLengthMax), tailLengthMax);
    const failed = block.is_error === true;
    return [{ type: "tool.answered", ...asked, failed, outcome: digest(text), tail }];
  });
}

/** What a tool gave back, as far as it is text. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((each) => (typeof each?.text === "string" ? each.text : "")).join("\n");
}

/** The file that a call changes, and to what; null for calls of which that is not known. */
function changeOf(tool: string, input: unknown, cwd: string): Change {
  const fields = fieldsOf(input);
  const file = fields["file_path"];
  if (typeof file !== "string" || (tool !== "Edit" && tool !== "Write")) return null;
  const to = [fields["old_string"], fields["new_string"], fields["content"]];
  return { file: oneLine(relative(file, cwd), summaryLengthMax), to: digest(JSON.stringify(to)) };
}

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);

function fieldsOf(input: unknown): Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null ? { ...input } : {};
}

/** A tool call in one line: `Edit src/a.ts`, `Bash npm test`. */
export function summaryOf(tool: string, input: unknown, cwd: string): string {
  const fields = fieldsOf(input);
  const file = fields["file_path"];
  const subject =
    typeof file === "string" ? relative(file, cwd) : (fields["command"] ?? fields["pattern"]);
  return oneLine(`${tool} ${typeof subject === "string" ? subject : ""}`, summaryLengthMax);
}

function relative(file: string, cwd: string): string {
  const inside = path.relative(cwd, file);
  return inside.startsWith("..") || path.isAbsolute(inside) ? file : inside;
}
