/** What passes the gateway, in which form, and what does not. */
import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import {
  answersWell,
  aRequest,
  ask,
  begins,
  ends,
  openGatewayRig,
  says,
  secret,
} from "../../support/gateway-rig.ts";

test("a session shows its token, the vendor sees the key, and neither sees the other's", async () => {
  const rig = await openGatewayRig(answersWell);
  const door = await rig.door();
  const headers = {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "a,b",
    connection: "keep-alive",
    "proxy-authorization": "Basic x",
    cookie: "planted=1",
    authorization: "Bearer planted",
  };
  const answer = await ask(door, { path: "/v1/messages?beta=true", headers });
  expect(answer).toMatchObject({ status: 200, cut: false, body: begins + says("Hello") + ends });
  expect(answer.headers["request-id"]).toBe("req_1");
  const [seen] = rig.seen;
  expect(seen?.url).toBe("/v1/messages?beta=true");
  expect(seen?.headers).toMatchObject({
    "x-api-key": secret,
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "a,b",
    "accept-encoding": "identity",
  });
  for (const name of ["authorization", "cookie", "proxy-authorization"])
    expect(seen?.headers[name]).toBeUndefined();
  expect(JSON.stringify(seen)).not.toContain(door.token);
  expect(JSON.stringify(answer)).not.toContain(secret);
  expect(JSON.parse(seen?.body ?? "")).toEqual(aRequest());
});

test("nothing but the Messages endpoints is to be had, in the vendor's form of an error", async () => {
  const rig = await openGatewayRig(answersWell);
  const door = await rig.door();
  for (const [method, path] of [
    ["GET", "/v1/messages"],
    ["DELETE", "/v1/messages"],
    ["POST", "/v1/messages/batches"],
    ["POST", "/v1/messages/"],
    ["POST", "/v1//messages"],
    ["POST", "/v1/messages/../files"],
    ["POST", "/v1/complete"],
    ["GET", "/v1/models"],
    ["GET", "/api/oauth/profile"],
    ["POST", "/v1/organizations/api_keys"],
    ["POST", "http://elsewhere.example/v1/messages"],
    ["GET", "/"],
  ] as const) {
    const answer = await ask(door, { method, path });
    expect([method, path, answer.status]).toEqual([method, path, 403]);
    expect(JSON.parse(answer.body)).toMatchObject({
      type: "error",
      error: { type: "permission_error" },
    });
  }
  expect(rig.seen).toEqual([]);
  expect(rig.wallet.asked).toEqual([]);
});

test("counts of tokens pass, and cost nothing", async () => {
  const rig = await openGatewayRig((_seen, response) => response.end('{"input_tokens":7}'));
  const answer = await ask(await rig.door(), { path: "/v1/messages/count_tokens" });
  expect(answer).toMatchObject({ status: 200, body: '{"input_tokens":7}' });
  expect(rig.seen[0]?.headers["x-api-key"]).toBe(secret);
  expect(rig.wallet.asked).toEqual([]);
});

test("a token opens one door only, for as long as its session lasts", async () => {
  const rig = await openGatewayRig(answersWell);
  const [one, two] = [await rig.door(), await rig.door()];
  expect(one.token).not.toBe(two.token);
  for (const token of [null, "", "orch-", secret, `${one.token}x`])
    expect((await ask(one, { token })).status).toBe(401);
  expect(
    (await ask(one, { token: null, headers: { authorization: `Bearer ${one.token}` } })).status,
  ).toBe(200);
  await one.close();
  expect((await ask(one)).status).toBe(401);
  expect((await ask(two)).status).toBe(200);
  expect(rig.seen).toHaveLength(2);
});

test("a socket is its session's own, in a folder that nobody else may enter", async () => {
  const rig = await openGatewayRig(answersWell);
  const door = await rig.door({ by: "socket" });
  if (door.at.kind !== "socket") throw new Error("no socket");
  expect(Buffer.byteLength(door.at.path)).toBeLessThan(108);
  expect((await stat(dirname(door.at.path))).mode & 0o077).toBe(0);
  expect((await ask(door, { token: "any placeholder" })).status).toBe(200);
  expect(rig.seen[0]?.headers["x-api-key"]).toBe(secret);
  await door.close();
  await expect(ask(door)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
});

test("an answer comes through as it comes, piece by piece", async () => {
  let go = (): void => {};
  const rig = await openGatewayRig((_seen, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(begins + says("one"));
    go = () => response.end(says("two") + ends);
  });
  let heard = "";
  const answer = ask(await rig.door(), {
    onChunk: (text) => {
      heard += text;
      // the rest is only sent once this has been heard
      if (heard.includes("one") && !heard.includes("two")) go();
    },
  });
  expect((await answer).body).toBe(begins + says("one") + says("two") + ends);
});

test("an answer of any bytes comes through unchanged", async () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31) % 256));
  const rig = await openGatewayRig((_seen, response) => response.end(bytes));
  const door = await rig.door();
  const got = await new Promise<Buffer>((resolve) => {
    if (door.at.kind !== "loopback") throw new Error("no port");
    const chunks: Buffer[] = [];
    const socket = connect(door.at.port, "127.0.0.1");
    const body = JSON.stringify(aRequest());
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: ${door.token}\r\n` +
        `connection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks)));
  });
  expect(got.includes(bytes.subarray(0, 4_000))).toBe(true);
  expect(got.length).toBeGreaterThan(bytes.length);
});

test("what is no request for a message, or too large, is refused before anybody is asked", async () => {
  const rig = await openGatewayRig(answersWell);
  const door = await rig.door();
  for (const body of ["", "{", "[]", '"x"', "{}", '{"model":7}'])
    expect((await ask(door, { body })).status).toBe(400);
  const large = ask(door, { body: "x".repeat(33 * 1024 * 1024) });
  // the connection may be cut before all of it is sent
  expect(await large.then(({ status }) => status).catch(() => 413)).toBe(413);
  expect(rig.seen).toEqual([]);
});

test("a base address may have a path of its own, and take a bearer's token", async () => {
  const rig = await openGatewayRig(answersWell);
  await ask(await rig.door());
  const base = `http://${rig.seen[0]?.headers.host}/router/anthropic/`;
  const behind = await openGatewayRig(answersWell, {
    vendor: { base, credential: ["authorization", "Bearer t"] },
  });
  expect((await ask(await behind.door())).status).toBe(200);
  const [, seen] = rig.seen;
  expect(seen).toMatchObject({
    url: "/router/anthropic/v1/messages",
    headers: { authorization: "Bearer t" },
  });
  expect(seen?.headers["x-api-key"]).toBeUndefined();
});
