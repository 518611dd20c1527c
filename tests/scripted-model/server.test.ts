import { expect, onTestFinished, test } from "vitest";
import { parseScenario } from "../../src/scripted-model/parse-scenario.ts";
import { openScriptedModel, type ScriptedModel } from "../../src/scripted-model/server.ts";

async function open(scenario: unknown): Promise<ScriptedModel> {
  const model = await openScriptedModel(parseScenario(scenario));
  onTestFinished(() => model.close());
  return model;
}

interface Message {
  readonly role: string;
  readonly content: unknown;
}

interface Reply {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly stop_reason: string;
  readonly usage: Readonly<Record<string, number>>;
  readonly error?: { readonly message: string };
}

const user = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });

/** Asks as an agent would, in the session `session`. */
async function ask(
  model: ScriptedModel,
  messages: readonly Message[],
  { role = "worker", session = "s1", more = {} } = {},
): Promise<Response> {
  return fetch(`${model.url}/v1/messages?beta=true`, {
    method: "POST",
    headers: { "x-claude-code-session-id": session, "x-api-key": "placeholder" },
    body: JSON.stringify({
      model: "claude-sonnet-5-5",
      system: [
        { type: "text", text: "You are an agent." },
        { type: "text", text: `# Contract: ${role}\nWork.` },
      ],
      messages,
      ...more,
    }),
  });
}

async function reply(response: Response): Promise<Reply> {
  return (await response.json()) as Reply; // looked at field by field
}

const said = async (response: Response) => (await reply(response)).content[0]?.text;

test("a conversation finds its place by its history, however often it is asked", async () => {
  const model = await open({
    worker: [{ steps: [{ tool: "Bash", input: { command: "ls" } }, { say: "done" }] }],
  });
  const first = await reply(await ask(model, [user("go")]));
  const again = await reply(await ask(model, [user("go")]));
  expect(again.content).toEqual(first.content);
  const history = [user("go"), { role: "assistant", content: first.content }, user("result")];
  expect(await said(await ask(model, history))).toBe("done");
  const noise = { role: "assistant", content: [{ type: "text", text: "No response requested." }] };
  expect(await said(await ask(model, [...history, noise, user("go on")]))).toBe("done");
  const over = [...history, { role: "assistant", content: "done" }, user("more")];
  const lost = await ask(model, over);
  expect(lost.status).toBe(400);
  expect((await reply(lost)).error?.message).toContain("worker[0] has no step after its 2 replies");
});

test("plays are given by role, task and attempt; what fits nothing is told", async () => {
  const model = await open({
    planner: [{ steps: [{ say: "plan" }] }],
    worker: [
      { task: "add .* parser", attempt: 1, steps: [{ say: "first" }] },
      { task: "add .* parser", times: 1, steps: [{ say: "second" }] },
      { task: "rename", steps: [{ say: "other" }] },
    ],
  });
  const say = async (text: string, session: string, role = "worker") =>
    said(await ask(model, [user(text)], { session, role }));
  expect(await say("Add a parser", "a")).toBe("first");
  expect(await say("Add a parser", "b")).toBe("second");
  expect(await say("Add a parser", "a")).toBe("first");
  expect(await say("Rename it", "c")).toBe("other");
  expect(await say("Add a parser", "d", "planner")).toBe("plan");
  const third = await ask(model, [user("Add a parser")], { session: "e" });
  expect((await reply(third)).error?.message).toBe(
    'scripted model: no play for role "worker" and task "Add a parser"',
  );
});

test("an error comes as often as the script says, with the vendor's headers", async () => {
  const limits = { status: 429, retryAfterS: 7, resetInS: 60, times: 2 };
  const model = await open({ worker: [{ steps: [{ error: limits }, { say: "at last" }] }] });
  const before = Math.floor(Date.now() / 1000);
  const limited = await ask(model, [user("go")]);
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
  const reset = Number(limited.headers.get("anthropic-ratelimit-unified-reset"));
  expect(reset - before).toBeGreaterThanOrEqual(60);
  expect((await ask(model, [user("go")])).status).toBe(429);
  expect(await said(await ask(model, [user("go")]))).toBe("at last");
});

test("connections break in each way that the script knows", async () => {
  const faults = ["refused", "cut", "malformed", "stalled"];
  const model = await open({
    worker: faults.map((fault) => ({ task: fault, steps: [{ fault }] })),
  });
  const read = async (fault: string, signal?: AbortSignal) => {
    const response = await ask(model, [user(fault)], { session: fault, more: { stream: true } });
    const reader = response.body?.getReader();
    let text = "";
    for (;;) {
      signal?.addEventListener("abort", () => void reader?.cancel(), { once: true });
      const chunk = await reader?.read();
      if (chunk?.done !== false) return text;
      text += Buffer.from(chunk.value).toString();
      if (signal !== undefined && text.includes("content_block_delta")) return text;
    }
  };
  await expect(read("refused")).rejects.toThrow();
  await expect(read("cut")).rejects.toThrow();
  expect(await read("malformed")).toContain('{"type":"message_st');
  expect(await read("stalled", AbortSignal.timeout(5_000))).not.toContain("message_stop");
});

test("a stream holds what the whole answer holds", async () => {
  const step = { say: "Hello {{cwd}}", tool: "Write", input: { file_path: "{{cwd}}/a" } };
  const model = await open({ worker: [{ steps: [step] }] });
  const question = user("go\n - Primary working directory: /w");
  const whole = await reply(await ask(model, [question]));
  expect(whole.content).toMatchObject([
    { type: "text", text: "Hello /w" },
    { type: "tool_use", name: "Write", input: { file_path: "/w/a" } },
  ]);
  expect(whole.stop_reason).toBe("tool_use");
  const stream = await (await ask(model, [question], { more: { stream: true } })).text();
  const names = [...stream.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
  const block = ["content_block_start", "content_block_delta", "content_block_stop"];
  expect(names).toEqual(["message_start", ...block, ...block, "message_delta", "message_stop"]);
  expect(stream).toContain('"partial_json":"{\\"file_path\\":\\"/w/a\\"}"');
});

test("an answer is a call of the answering tool, or text where there is none", async () => {
  const model = await open({ worker: [{ steps: [{ answer: { ok: true } }] }] });
  const tools = [{ name: "StructuredOutput" }];
  const called = await reply(await ask(model, [user("go")], { more: { tools } }));
  expect(called.content).toMatchObject([{ type: "tool_use", name: "StructuredOutput" }]);
  expect(await said(await ask(model, [user("go")]))).toBe('{"ok":true}');
});

test("sessions of a role share the cache of its system prompt, and all is billed once", async () => {
  const model = await open({
    judge: [{ steps: [{ say: "x" }] }],
    worker: [{ steps: [{ say: "x", usage: { outputTokens: 1_000 } }] }],
  });
  const first = await reply(await ask(model, [user("one")], { session: "a" }));
  const second = await reply(await ask(model, [user("two")], { session: "b" }));
  expect(first.usage["cache_read_input_tokens"]).toBe(0);
  expect(second.usage["cache_read_input_tokens"]).toBeGreaterThan(10);
  await ask(model, [user("three")], { session: "c", role: "judge" });
  const { total, byRole, byModel } = model.bill();
  expect([total.requests, byRole["worker"]?.requests, byRole["judge"]?.requests]).toEqual([
    3, 2, 1,
  ]);
  expect(byRole["worker"]?.outputTokens).toBe(2_000);
  expect(byModel["claude-sonnet-5-5"]?.costUsd).toBe(total.costUsd);
  expect(model.requests().map((each) => [each.role, each.task, each.credential])).toEqual([
    ["worker", "one", "key"],
    ["worker", "two", "key"],
    ["judge", "three", "key"],
  ]);
});

test("what an agent touches beside its messages is answered harmlessly", async () => {
  const model = await open({});
  const count = await fetch(`${model.url}/v1/messages/count_tokens`, {
    method: "POST",
    body: JSON.stringify({ model: "claude-sonnet-5-5", messages: [user("four bytes a token")] }),
  });
  expect(await count.json()).toEqual({ input_tokens: expect.any(Number) });
  expect((await fetch(model.url, { method: "HEAD" })).status).toBe(200);
  expect((await fetch(`${model.url}/v1/models`)).status).toBe(200);
  const nonsense = await fetch(`${model.url}/v1/messages`, { method: "POST", body: "nonsense" });
  expect(nonsense.status).toBe(400);
  expect(model.requests()).toEqual([]);
});

test("a port that is taken is an error of its own", async () => {
  const model = await open({});
  const port = Number(new URL(model.url).port);
  await expect(openScriptedModel(new Map(), { port })).rejects.toThrow("EADDRINUSE");
});
