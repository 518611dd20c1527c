/** The person's own proxy: the vendor and other hosts are reached through it. */
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openGateway } from "../../../src/adapters/gateway/gateway.ts";
import { readPrices } from "../../../src/config/prices.ts";
import { proxyFor } from "../../../src/core/proxy.ts";
import type { Door } from "../../../src/ports/gateway.ts";
import { realClock } from "../../support/clock.ts";
import { ask } from "../../support/gateway-rig.ts";
import { openProxy, openSecureVendor } from "../../support/proxies.ts";
import { openWallet } from "../../support/purses.ts";

const usage = { input_tokens: 10, output_tokens: 5 };
const answers = JSON.stringify({ type: "message", usage });

async function openBehind(proxy: string, hosts: readonly string[] = []) {
  const wallet = openWallet();
  const env = { HTTPS_PROXY: `http://${proxy}`, NO_PROXY: "direct.example" };
  const gateway = openGateway({
    vendor: { base: "https://vendor.example/api", credential: ["x-api-key", "real"] },
    ...{ credential: "apiKey", prices: readPrices(), clock: realClock, prefix: "orch-test-" },
    proxyFor: (target) => proxyFor(env, target),
    roads: {
      resolve: async (host) => {
        if (host.startsWith("inside.")) return ["10.0.0.7"];
        throw new Error("only the proxy knows names");
      },
      dial: (_, port) => connect(port, "127.0.0.1"),
    },
  });
  onTestFinished(() => gateway.close());
  const seen: string[] = [];
  const door = await gateway.open({
    ...{ purse: wallet, earlierUsd: 0, hosts, by: "loopback" },
    onSight: (sight) => void seen.push(JSON.stringify(sight)),
  });
  return { wallet, door, seen };
}

test("the vendor is asked through the proxy, with its name and password, and connections are kept", async () => {
  const heard: string[] = [];
  const port = await openSecureVendor((request, response) => {
    heard.push(`${request.url} ${request.headers["x-api-key"]}`);
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" }).end(answers);
    });
  });
  const proxy = await openProxy(port, "me:p@ss");
  const { door, wallet } = await openBehind(`me:p%40ss@${proxy.url}`);
  for (let time = 0; time < 2; time += 1) expect((await ask(door)).body).toBe(answers);
  expect(heard).toEqual(["/api/v1/messages real", "/api/v1/messages real"]);
  expect(proxy.asked).toEqual([{ target: "vendor.example:443", as: "me:p@ss" }]);
  expect(wallet.came.get(2)?.kind).toBe("answered");
});

test("a proxy that refuses costs nothing, and its password is told to nobody", async () => {
  const proxy = await openProxy(1, "me:other");
  const { door, wallet, seen } = await openBehind(`me:secret@${proxy.url}`);
  const answered = await ask(door);
  expect(answered.status).toBe(502);
  expect(answered.body).toContain("the proxy refuses a tunnel: 407");
  expect(wallet.came.get(1)).toEqual({ kind: "free" });
  expect(`${answered.body} ${seen.join()}`).not.toMatch(/secret|bWU6/);
});

/** The status of an answer to CONNECT, and what the other end says. */
function tunnelTo({ at, token }: Door, target: string): Promise<string> {
  if (at.kind !== "loopback") throw new Error("a port is asked");
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(at.port, "127.0.0.1", () => {
      const basic = Buffer.from(`orch:${token}`).toString("base64");
      socket.write(`CONNECT ${target} HTTP/1.1\r\nproxy-authorization: Basic ${basic}\r\n\r\n`);
    });
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("established\r\n\r\n") && !text.includes("HTTP/1.1 400"))
        socket.write("nonsense\r\n\r\n");
      else socket.end();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

test("other hosts are reached through it, too: by name, those that the portfolio opens alone", async () => {
  const port = await openSecureVendor((_, response) => void response.end());
  const proxy = await openProxy(port);
  const hosts = ["registry.example", "inside.example", "direct.example"];
  const { door } = await openBehind(proxy.url, hosts);
  expect(await tunnelTo(door, "registry.example:443")).toContain("200 Connection established");
  expect(await tunnelTo(door, "evil.example:443")).toContain("403");
  expect(await tunnelTo(door, "inside.example:443")).toContain("private network");
  // where no proxy is to be used, its name must be known here
  expect(await tunnelTo(door, "direct.example:443")).toContain("was not found");
  expect(proxy.asked).toEqual([{ target: "registry.example:443", as: null }]);
});

test("a proxy that is not there is told as that", async () => {
  const { door } = await openBehind("127.0.0.1:1", ["registry.example"]);
  const said = await tunnelTo(door, "registry.example:443");
  expect(said).toContain("HTTP/1.1 502");
  expect(said).toMatch(/the proxy: .*ECONNREFUSED/);
});
