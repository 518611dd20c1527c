import path from "node:path";
import type { SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import type { SessionEvent } from "../../ports/agent.ts";
import { answerTool } from "./hearing.ts";
import { oneLine } from "./wording.ts";

const saidLengthMax = 2_000;
const summaryLengthMax = 120;

/** Turns the agent's messages into events for people. */
export function openNarrator(cwd: string): (message: SDKMessage) => readonly SessionEvent[] {
  const called = new Map<string, string>();
  return (message) => {
    switch (message.type) {
      case "system":
        return message.subtype === "init" ? [{ type: "started", model: message.model }] : [];
      case "assistant":
        return message.error === undefined ? assistantEvents(message, called, cwd) : [];
      case "user":
        return answerEvents(message.message.content, called);
      default:
        return [];
    }
  };
}

function assistantEvents(
  message: SDKMessage & { type: "assistant" },
  called: Map<string, string>,
  cwd: string,
): readonly SessionEvent[] {
  return message.message.content.flatMap((block): readonly SessionEvent[] => {
    if (block.type === "text") return [{ type: "said", text: block.text.slice(0, saidLengthMax) }];
    if (block.type !== "tool_use" || block.name === answerTool) return [];
    called.set(block.id, block.name);
    const summary = summaryOf(block.name, block.input, cwd);
    return [{ type: "tool.called", tool: block.name, summary }];
  });
}

function answerEvents(content: unknown, called: Map<string, string>): readonly SessionEvent[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block): readonly SessionEvent[] => {
    const tool = called.get(block?.tool_use_id);
    if (tool === undefined) return [];
    called.delete(block.tool_use_id);
    return [{ type: "tool.answered", tool, failed: block.is_error === true }];
  });
}

/** A tool call in one line: `Edit src/a.ts`, `Bash npm test`. */
export function summaryOf(tool: string, input: unknown, cwd: string): string {
  const fields: Readonly<Record<string, unknown>> =
    typeof input === "object" && input !== null ? { ...input } : {};
  const file = fields["file_path"];
  const subject =
    typeof file === "string" ? relative(file, cwd) : (fields["command"] ?? fields["pattern"]);
  return oneLine(`${tool} ${typeof subject === "string" ? subject : ""}`, summaryLengthMax);
}

function relative(file: string, cwd: string): string {
  const inside = path.relative(cwd, file);
  return inside.startsWith("..") || path.isAbsolute(inside) ? file : inside;
}
