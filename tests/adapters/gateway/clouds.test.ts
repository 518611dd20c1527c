/** Models of a cloud, asked in its own protocol: what passes, who pays, and what is counted. */
import { expect, test } from "vitest";
import { openFrames } from "../../../src/adapters/gateway/frames.ts";
import { errandOf, type Speech } from "../../../src/adapters/gateway/speech.ts";
import { frameOf } from "../../support/clouds.ts";
import { ask, openGatewayRig } from "../../support/gateway-rig.ts";

const vertex = { kind: "vertex", project: "mine", region: "us-east5" } as const;
const models = "/v1/projects/mine/locations/us-east5/publishers/anthropic/models";
const id = "us.anthropic.claude-sonnet-5-5";
const body = { max_tokens: 100, messages: [], anthropic_version: "bedrock-2023-05-31" };
const usage = { input_tokens: 1_000_000, output_tokens: 0 };
const events = [
  { type: "message_start", message: { usage } },
  { type: "content_block_delta", delta: { type: "text_delta", text: "message_stop" } },
  { type: "message_delta", usage: { output_tokens: 100_000 } },
  { type: "message_stop" },
].map((each) => JSON.stringify(each));

const behind = (speech: Speech, type: string, answer: readonly (string | Buffer)[]) => {
  const credential = ["authorization", "Bearer real"] as const;
  return openGatewayRig(
    (_, response) => {
      response.writeHead(200, { "content-type": type });
      for (const each of answer) response.write(each);
      response.end();
    },
    { vendor: { credential, speech } },
  );
};

test("Bedrock's frames are passed as they are, and what they tell is counted", async () => {
  const frames = Buffer.concat(events.map(frameOf));
  const cuts = [frames.subarray(0, 7), frames.subarray(7, 300), frames.subarray(300)];
  const rig = await behind({ kind: "bedrock" }, "application/vnd.amazon.eventstream", cuts);
  const path = `/model/${id}/invoke-with-response-stream`;
  const answered = await ask(await rig.door(), { path, body });
  expect(answered.status).toBe(200);
  expect(rig.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    [path, "Bearer real"],
  ]);
  expect(rig.seen[0]?.headers["x-api-key"]).toBeUndefined();
  expect(rig.wallet.asked[0]?.model).toBe(id);
  expect(rig.wallet.came.get(1)).toMatchObject({ kind: "answered", usage: { costUsd: 3 } });
});

test("Vertex's events are counted, also of a model whose name has its day", async () => {
  const lines = events.map((each) => `event: x\ndata: ${each}\n\n`);
  const rig = await behind(vertex, "text/event-stream", lines);
  const path = `${models}/claude-sonnet-5-5@20260101:streamRawPredict`;
  expect((await ask(await rig.door(), { path, body })).status).toBe(200);
  expect(rig.seen[0]?.url).toBe(path.slice(3));
  expect(rig.wallet.came.get(1)).toMatchObject({ kind: "answered", usage: { costUsd: 3 } });
});

test.each([
  ["frames that end early", "application/vnd.amazon.eventstream", [frameOf(events[0] ?? "")]],
  ["frames that are none", "application/vnd.amazon.eventstream", ["something else entirely"]],
  ["a form that nobody knows", "application/octet-stream", ["something else entirely"]],
])("%s count at the worst that is possible", async (_, type, answer) => {
  const rig = await behind({ kind: "bedrock" }, type, answer);
  await ask(await rig.door(), { path: `/model/${id}/invoke-with-response-stream`, body });
  expect(rig.wallet.came.get(1)?.kind).toBe("broken");
});

test("an answer as one document is counted, too", async () => {
  const rig = await behind({ kind: "bedrock" }, "application/json", [JSON.stringify({ usage })]);
  await ask(await rig.door(), { path: `/model/${id}/invoke`, body });
  expect(rig.wallet.came.get(1)).toMatchObject({ kind: "answered", usage: { costUsd: 2 } });
});

test("nothing but the models is to be had: no other service, no other project", async () => {
  const rig = await behind({ kind: "bedrock" }, "application/json", ["{}"]);
  const door = await rig.door();
  for (const [path, method] of [
    ["/inference-profiles", "GET"],
    ["/v1/messages", "POST"],
    [`/model/${id}/converse`, "POST"],
    [`/model/${id}/../x/invoke`, "POST"],
    ["/guardrail/1/version/1/apply", "POST"],
  ] as const)
    expect((await ask(door, { path, method, body })).status).toBe(403);
  expect(rig.seen).toEqual([]);
  const other = models.replace("mine", "theirs");
  expect(errandOf(vertex, "POST", `${other}/m:rawPredict`)).toBeNull();
  expect(errandOf(vertex, "POST", `${models}/m:predict`)).toBeNull();
  expect(errandOf(vertex, "POST", `${models}/../m:rawPredict`)).toBeNull();
  expect(errandOf(vertex, "POST", `${models}/count-tokens:rawPredict`)?.asks).toBe("count");
});

test("frames are read wherever they are cut", () => {
  const frames = Buffer.concat(events.map(frameOf));
  for (let size = 1; size < 60; size += 1) {
    const told: string[] = [];
    const take = openFrames((event) => told.push(event));
    for (let at = 0; at < frames.length; at += size) take(frames.subarray(at, at + size));
    expect(told).toEqual(events);
  }
});
