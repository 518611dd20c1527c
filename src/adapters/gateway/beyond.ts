/**
 * What the vendor would do for a session beyond answering it: fetch from addresses, run programs,
 * ask other servers, keep files, answer at another price. Any command in a sandbox can ask the
 * model; through none of that may it reach a network, or money that was not set aside.
 */
import type { IncomingHttpHeaders } from "node:http";

type Fields = Readonly<Record<string, unknown>>;

/** All that a request may say; what is not known may have the vendor do anything. */
const known = new Set([
  ...["model", "messages", "system", "tools", "tool_choice", "metadata", "max_tokens", "stream"],
  ...["stop_sequences", "temperature", "top_k", "top_p", "thinking", "context_management"],
  ...["output_config", "output_format", "service_tier", "anthropic_version", "anthropic_beta"],
]);
/** Betas by which an answer has another price than that of its model. */
const dearBeta = /^(context-1m|fast-mode)-/;
/** Sources that the vendor goes to for a document or an image. */
const farSources: readonly unknown[] = ["url", "file"];
/** Nobody's conversation is deeper; whoever nests further means no good. */
const depthMax = 8;

/** Says what a request asks for that no session gets; null where there is nothing. */
export function beyond(body: Fields, headers: IncomingHttpHeaders): string | null {
  const strange = Object.keys(body).find((key) => !known.has(key) && !isNothing(body[key]));
  if (strange !== undefined) return `${JSON.stringify(strange.slice(0, 40))} of a request`;
  const beta = betasOf(body, headers).find((each) => dearBeta.test(each));
  if (beta !== undefined) return `the beta ${beta.slice(0, 40)}`;
  if (!isNothing(body["service_tier"]) && !isStandard(body["service_tier"]))
    return "a service tier at a price of its own";
  const edits = listOf(fieldsOf(body["context_management"])["edits"]);
  if (edits.some((each) => !String(fieldsOf(each)["type"]).startsWith("clear_")))
    return "the vendor's own summing up of a conversation";
  for (const tool of listOf(body["tools"])) {
    const { type } = fieldsOf(tool);
    if (!isNothing(type) && type !== "custom")
      return `the vendor's own tool ${JSON.stringify(type).slice(0, 40)}`;
  }
  const said = [
    body["system"],
    ...listOf(body["messages"]).map((each) => fieldsOf(each)["content"]),
  ];
  return said.map((each) => farIn(each, 0)).find((each) => each !== null) ?? null;
}

/** What in the blocks of a message lies elsewhere. */
function farIn(content: unknown, depth: number): string | null {
  if (depth > depthMax) return "blocks within blocks within blocks";
  for (const block of listOf(content)) {
    const { type, source, content: inner } = fieldsOf(block);
    if (type === "container_upload") return "a file that the vendor keeps";
    const from = fieldsOf(source);
    if (farSources.includes(from["type"])) return `content by ${String(from["type"])}`;
    const deeper = farIn(inner, depth + 1) ?? farIn(from["content"], depth + 1);
    if (deeper !== null) return deeper;
  }
  return null;
}

function betasOf(body: Fields, headers: IncomingHttpHeaders): readonly string[] {
  const head = [headers["anthropic-beta"] ?? []].flat().flatMap((each) => each.split(","));
  return [...head, ...listOf(body["anthropic_beta"]).map(String)].map((each) => each.trim());
}

const isStandard = (tier: unknown): boolean => tier === "auto" || tier === "standard_only";
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
