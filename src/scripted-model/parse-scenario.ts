import type { Fault, Play, ReplyStep, Scenario, Step, ToolCall } from "./scenario.ts";

/** A scenario file that cannot be played; the message names the place and what is wrong there. */
export class ScenarioError extends Error {
  constructor(where: string, what: string) {
    super(`scenario ${where}: ${what}`);
    this.name = "ScenarioError";
  }
}

type Json = Readonly<Record<string, unknown>>;

const faults: readonly Fault[] = ["refused", "stalled", "cut", "malformed"];
const usageKeys = ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"];
const replyKeys = ["say", "tool", "input", "tools", "answer", "stop", "usage", "allowance"];

/** Reads a scenario from parsed JSON; throws a `ScenarioError` that names the faulty place. */
export function parseScenario(json: unknown): Scenario {
  const byRole = object(json, "file");
  const scenario = new Map<string, readonly Play[]>();
  for (const [role, plays] of Object.entries(byRole)) {
    if (role.startsWith("$")) continue;
    scenario.set(
      role,
      list(plays, role).map((play, i) => parsePlay(play, `${role}[${i}]`)),
    );
  }
  return scenario;
}

function parsePlay(json: unknown, at: string): Play {
  const play = known(object(json, at), ["task", "attempt", "times", "repeat", "steps"], at);
  const steps = list(play["steps"], `${at}.steps`).map((step, i) =>
    parseStep(step, `${at}.steps[${i}]`),
  );
  if (steps.length === 0) throw new ScenarioError(`${at}.steps`, "is empty; give at least one");
  return {
    name: at,
    task: play["task"] === undefined ? null : pattern(play["task"], `${at}.task`),
    attempt: play["attempt"] === undefined ? null : count(play["attempt"], `${at}.attempt`),
    times: play["times"] === undefined ? Infinity : count(play["times"], `${at}.times`),
    repeat: play["repeat"] === undefined ? false : flag(play["repeat"], `${at}.repeat`),
    steps,
  };
}

function parseStep(json: unknown, at: string): Step {
  const step = object(json, at);
  if ("waitMs" in step) {
    return { kind: "wait", waitMs: amount(known(step, ["waitMs"], at)["waitMs"], `${at}.waitMs`) };
  }
  if ("error" in step) {
    return parseError(known(step, ["error"], at)["error"], `${at}.error`);
  }
  if ("fault" in step) {
    const { fault, times } = known(step, ["fault", "times"], at);
    return { kind: "fault", fault: oneOf(fault, faults, `${at}.fault`), times: often(times, at) };
  }
  return parseReply(known(step, replyKeys, at), at);
}

function parseError(json: unknown, at: string): Step {
  const keys = ["status", "message", "retryAfterS", "resetInS", "times"];
  const error = known(object(json, at), keys, at);
  const seconds = (key: string): number | null =>
    error[key] === undefined ? null : amount(error[key], `${at}.${key}`);
  const status = count(error["status"], `${at}.status`);
  return {
    kind: "error",
    status,
    message: error["message"] === undefined ? "" : text(error["message"], `${at}.message`),
    retryAfterS: seconds("retryAfterS"),
    resetInS: seconds("resetInS"),
    times: often(error["times"], at),
  };
}

function parseReply(step: Json, at: string): ReplyStep {
  const tools: ToolCall[] = [];
  if (step["tool"] === undefined && step["input"] !== undefined) {
    throw new ScenarioError(at, "has an input but no tool");
  }
  if (step["tool"] !== undefined) tools.push(parseCall(pick(step, "tool", "input"), at));
  if (step["tools"] !== undefined) {
    const calls = list(step["tools"], `${at}.tools`);
    tools.push(...calls.map((call, i) => parseCall(call, `${at}.tools[${i}]`)));
  }
  const reply: ReplyStep = {
    kind: "reply",
    say: step["say"] === undefined ? null : text(step["say"], `${at}.say`),
    tools,
    answer: step["answer"] === undefined ? undefined : object(step["answer"], `${at}.answer`),
    stop:
      step["stop"] === undefined
        ? null
        : oneOf(step["stop"], ["refusal", "max_tokens"] as const, `${at}.stop`),
    usage: parseUsage(step["usage"], `${at}.usage`),
    allowance: parseAllowance(step["allowance"], `${at}.allowance`),
  };
  const empty = reply.say === null && tools.length === 0 && reply.answer === undefined;
  if (empty && reply.stop === null) {
    throw new ScenarioError(
      at,
      "says nothing; give say, tool, tools, answer, stop, error, fault or waitMs",
    );
  }
  return reply;
}

function parseCall(json: unknown, at: string): ToolCall {
  const call = known(object(json, at), ["tool", "input"], at);
  const input = call["input"] === undefined ? {} : object(call["input"], `${at}.input`);
  return { tool: text(call["tool"], `${at}.tool`), input };
}

function parseUsage(json: unknown, at: string): ReplyStep["usage"] {
  if (json === undefined) return {};
  const usage = known(object(json, at), usageKeys, at);
  return Object.fromEntries(
    Object.entries(usage).map(([key, tokens]) => [key, amount(tokens, `${at}.${key}`)]),
  );
}

function parseAllowance(json: unknown, at: string): ReplyStep["allowance"] {
  if (json === undefined) return null;
  const told = known(object(json, at), ["used", "resetInS"], at);
  return {
    used: amount(told["used"], `${at}.used`),
    resetInS: amount(told["resetInS"], `${at}.resetInS`),
  };
}

function pick(from: Json, ...keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

function known(json: Json, keys: readonly string[], at: string): Json {
  for (const key of Object.keys(json)) {
    if (keys.includes(key)) continue;
    throw new ScenarioError(at, `has an unknown key "${key}"; known here: ${keys.join(", ")}`);
  }
  return json;
}

function object(json: unknown, at: string): Json {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new ScenarioError(at, "must be an object");
  }
  return json as Json; // just checked
}

function list(json: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(json)) throw new ScenarioError(at, "must be a list");
  return json;
}

function text(json: unknown, at: string): string {
  if (typeof json !== "string") throw new ScenarioError(at, "must be a string");
  return json;
}

function flag(json: unknown, at: string): boolean {
  if (typeof json !== "boolean") throw new ScenarioError(at, "must be true or false");
  return json;
}

function amount(json: unknown, at: string): number {
  if (typeof json === "number" && Number.isFinite(json) && json >= 0) return json;
  throw new ScenarioError(at, "must be a number, 0 or more");
}

function count(json: unknown, at: string): number {
  if (Number.isInteger(json) && Number(json) > 0) return Number(json);
  throw new ScenarioError(at, "must be a whole number, 1 or more");
}

function often(json: unknown, at: string): number {
  return json === undefined ? Infinity : count(json, `${at}.times`);
}

function pattern(json: unknown, at: string): RegExp {
  try {
    return new RegExp(text(json, at), "i");
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    throw new ScenarioError(at, `is not a regular expression: ${String(error)}`);
  }
}

function oneOf<T extends string>(json: unknown, among: readonly T[], at: string): T {
  const found = among.find((each) => each === json);
  if (found === undefined) throw new ScenarioError(at, `must be one of ${among.join(", ")}`);
  return found;
}
