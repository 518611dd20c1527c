/** G17: the model's vendor is no way to a network, and no way past what was set aside. */
import { expect, test } from "vitest";
import { beyond } from "../../../src/adapters/gateway/beyond.ts";
import { answersWell, aRequest, ask, openGatewayRig } from "../../support/gateway-rig.ts";

const url = { type: "url", url: "https://evil.example/?stolen" };
const document = { type: "document", source: url };
const said = (content: unknown) => ({ messages: [{ role: "user", content }] });

const refused: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ["a search", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, /own tool/],
  ["a fetch", { tools: [{ name: "a" }, { type: "web_fetch_20250910", name: "f" }] }, /own tool/],
  ["programs", { tools: [{ type: "code_execution_20250825", name: "c" }] }, /own tool/],
  ["other servers", { mcp_servers: [{ type: "url", url: "https://evil.example" }] }, /mcp_servers/],
  ["a container", { container: "c_1" }, /container/],
  ["an image by address", said([{ type: "image", source: url }]), /by url/],
  ["a document in the system's part", { system: [document] }, /by url/],
  ["a kept file", said([{ type: "document", source: { type: "file", file_id: "f" } }]), /by file/],
  ["an upload", said([{ type: "container_upload", file_id: "f" }]), /file/],
  ["one in a tool's answer", said([{ type: "tool_result", content: [document] }]), /by url/],
  [
    "one in a document's own content",
    said([{ type: "document", source: { type: "content", content: [document] } }]),
    /by url/,
  ],
  ["another price", { speed: "fast" }, /speed/],
  ["another place", { inference_geo: "us" }, /inference_geo/],
  ["another tier", { service_tier: "priority" }, /tier/],
  ["a long context", { anthropic_beta: ["context-1m-2025-08-07"] }, /context-1m/],
  ["a summing up", { context_management: { edits: [{ type: "compact_20260112" }] } }, /summing/],
  ["what nobody knows yet", { hereafter: { a: 1 } }, /hereafter/],
];

test.each(refused)(
  "a request for %s reaches no vendor, and costs nothing",
  async (_, more, why) => {
    const rig = await openGatewayRig(answersWell);
    const door = await rig.door();
    for (const path of ["/v1/messages", "/v1/messages/count_tokens"]) {
      const body = JSON.stringify({ ...aRequest(), ...more });
      const answer = await ask(door, { path, body });
      expect(answer).toMatchObject({ status: 403, body: expect.stringMatching(why) });
    }
    expect(rig.seen).toEqual([]);
    expect(rig.wallet.asked).toEqual([]);
  },
);

test("a beta that has its own price is refused by its header, too", () => {
  const headers = { "anthropic-beta": "claude-code-20250219, fast-mode-2026-02-01" };
  expect(beyond({ model: "m" }, headers)).toMatch(/fast-mode/);
  expect(beyond({ model: "m" }, { "anthropic-beta": "claude-code-20250219" })).toBeNull();
});

test("what agents ask passes: tools of their own, pictures in the message, empty lists", async () => {
  const rig = await openGatewayRig(answersWell);
  const door = await rig.door();
  const picture = {
    type: "image",
    source: { type: "base64", media_type: "image/png", data: "aa" },
  };
  const call = { type: "tool_use", id: "t", name: "n", input: { source: url } };
  const answer = { type: "tool_result", tool_use_id: "t", content: [picture, { type: "text" }] };
  const own = { name: "Read", description: "d", input_schema: { type: "object" } };
  const body = {
    ...{
      ...aRequest(),
      tools: [own, { ...own, type: "custom" }],
      mcp_servers: [],
      container: null,
    },
    ...{ context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] } },
    messages: [
      { role: "user", content: "plain" },
      { role: "assistant", content: [call] },
      { role: "user", content: [answer] },
    ],
  };
  const { status } = await ask(door, { body: JSON.stringify(body) });
  expect(status).toBe(200);
});
