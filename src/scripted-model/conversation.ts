/**
 * What a Messages API request tells about its session: role, task, place in the play.
 *
 * A request carries its whole history, so nothing needs to be remembered: retries and resumed
 * sessions find their place by the ids of the tool calls that they were given.
 */
import { createHash } from "node:crypto";
import type { ReplyStep } from "./scenario.ts";

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly content?: unknown;
}

interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

/** The parts of a Messages API request that the script looks at. */
export interface MessagesRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly system?: string | readonly Block[];
  readonly tools?: readonly { readonly name: string }[];
  readonly messages: readonly Message[];
  readonly metadata?: { readonly user_id?: string };
}

/** Reads a request's body, or `null` where it is not one. */
export function parseRequest(body: string): MessagesRequest | null {
  try {
    const json: unknown = JSON.parse(body);
    const isRequest =
      typeof json === "object" && json !== null && "model" in json && "messages" in json;
    // as far as checked; a wrong block is simply not recognised
    return isRequest && Array.isArray(json.messages) ? (json as MessagesRequest) : null;
  } catch {
    return null; // not JSON: answered as the vendor answers it
  }
}

/** The role in the line `# Contract: <role>` at the head of a system block, or `null`. */
export function roleOf(request: MessagesRequest): string | null {
  for (const text of texts(request.system ?? "")) {
    const found = /^# Contract: ([a-z]+)/m.exec(text);
    if (found?.[1] !== undefined) return found[1];
  }
  return null;
}

/** The session's prompt: the text of its first user message, without the agent's own reminders. */
export function promptOf(request: MessagesRequest): string {
  const first = request.messages.find((message) => message.role === "user");
  return texts(first?.content ?? "")
    .filter((text) => !text.startsWith("<system-reminder>"))
    .join("\n");
}

/** The folder that the agent was started in, as its environment message tells. */
export function cwdOf(request: MessagesRequest): string {
  const everything = [request.system ?? "", ...request.messages.map((message) => message.content)];
  for (const text of everything.flatMap(texts)) {
    const found = /(?:[Ww]orking directory|cwd): *(\S.*)/.exec(text);
    if (found?.[1] !== undefined) return found[1].trim();
  }
  return ".";
}

/** Names the session: the id that the agent sends, else a digest of role and prompt. */
export function sessionOf(request: MessagesRequest, header: string | undefined): string {
  if (header !== undefined) return header;
  const named = /session_id"?:"?([0-9a-f-]{36})|session_([0-9a-f-]{36})/;
  const id = named.exec(request.metadata?.user_id ?? "");
  return id?.[1] ?? id?.[2] ?? digest(`${roleOf(request)}\n${promptOf(request)}`);
}

/** How many of the play's replies the conversation already holds. */
export function placeIn(request: MessagesRequest, replies: readonly ReplyStep[]): number {
  let place = 0;
  for (const message of request.messages) {
    if (message.role !== "assistant") continue;
    const ids = typeof message.content === "string" ? [] : message.content.map((each) => each.id);
    const steps = ids.flatMap((id) => /^toolu_(\d+)_/.exec(id ?? "")?.[1] ?? []);
    const said = texts(message.content).join("").trim();
    if (steps.length > 0) place = Math.max(place, Number(steps[0]) + 1);
    else if (said !== "" && said === (replies[place] ?? replies.at(-1))?.say?.trim()) place += 1;
  }
  return place;
}

/** The id of a tool call; it carries the reply's place so that the history tells it. */
export function toolUseId(session: string, place: number, call: number): string {
  return `toolu_${place}_${call}_${digest(`${session}${place}`)}`;
}

/** Sixteen hexadecimal digits that stand for `text`. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function texts(content: string | readonly Block[]): readonly string[] {
  if (typeof content === "string") return [content];
  return content.flatMap((block) => (typeof block.text === "string" ? [block.text] : []));
}
