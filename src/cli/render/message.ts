/**
 * A line of a transcript, for people: what the agent said, which tools it used, what they answered.
 */
import { line } from "../sanitize.ts";
import { duration, money } from "./format.ts";

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? { ...value } : {};
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The agent's own way to hand in its answer; what it says is told by the task. */
const answerTool = "StructuredOutput";
const saidMax = 2_000;
const answeredMax = 300;
const calledMax = 300;

/** Renders a message of an agent's session; nothing where it says nothing to people. */
export function renderMessage(json: string): readonly string[] {
  const message = parse(json);
  const content = fieldsOf(message["message"])["content"];
  switch (message["type"]) {
    case "assistant":
      return blocks(content).flatMap(saidOrCalled);
    case "user":
      return blocks(content).flatMap(answered);
    case "result":
      return [`— ended: ${resultWords(message)}`];
    case "system":
      return message["subtype"] === "init"
        ? [`— begins with ${line(textOf(message["model"]), 100)}`]
        : [];
    default:
      return [];
  }
}

function parse(json: string): Fields {
  try {
    return fieldsOf(JSON.parse(json));
  } catch {
    return {}; // half a line, left by a crash
  }
}

const blocks = (content: unknown): readonly Fields[] =>
  Array.isArray(content) ? content.map(fieldsOf) : [{ type: "text", text: content }];

function saidOrCalled(block: Fields): readonly string[] {
  if (block["type"] === "text") {
    const said = line(textOf(block["text"]), saidMax);
    return said === "" ? [] : [said];
  }
  if (block["type"] !== "tool_use" || block["name"] === answerTool) return [];
  const input = fieldsOf(block["input"]);
  const subject = input["file_path"] ?? input["command"] ?? input["pattern"] ?? input["path"];
  const shown = typeof subject === "string" ? subject : JSON.stringify(block["input"] ?? {});
  return [`> ${line(`${textOf(block["name"])} ${shown}`, calledMax)}`];
}

function answered(block: Fields): readonly string[] {
  if (block["type"] !== "tool_result") return [];
  const mark = block["is_error"] === true ? "! " : "";
  const text = blocks(block["content"])
    .map((each) => textOf(each["text"]))
    .join(" ");
  const shown = line(text, answeredMax);
  return shown === "" ? [] : [`< ${mark}${shown}`];
}

function resultWords(message: Fields): string {
  const cost = message["total_cost_usd"];
  const took = message["duration_ms"];
  const parts = [
    line(textOf(message["subtype"]), 60),
    typeof took === "number" ? duration(took) : "",
    typeof cost === "number" ? money(cost) : "",
  ];
  return parts.filter((each) => each !== "").join(", ");
}
