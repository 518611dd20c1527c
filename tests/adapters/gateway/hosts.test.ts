/** Other hosts: by name, where the portfolio opens them, never into a private network. */
import { request } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { Duplex } from "node:stream";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { isOutside, parseTarget, whyClosed } from "../../../src/adapters/gateway/hosts.ts";
import { tunnel } from "../../../src/adapters/gateway/tunnel.ts";
import type { Door } from "../../../src/ports/gateway.ts";
import { answersWell, openGatewayRig } from "../../support/gateway-rig.ts";

/** A server out in the world that says what it hears. */
async function openWorld(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}

const names: Readonly<Record<string, readonly string[]>> = {
  "registry.npmjs.org": ["104.16.1.34"],
  "rebound.example.org": ["104.16.1.34", "127.0.0.1"],
  "inside.example.org": ["10.0.0.7"],
  "metadata.example.org": ["169.254.169.254"],
  "mapped.example.org": ["::ffff:127.0.0.1"],
};

async function openRig() {
  const { port } = await openWorld();
  const dialled: string[] = [];
  const rig = await openGatewayRig(answersWell, {
    roads: {
      resolve: async (host) => {
        const found = names[host];
        if (found === undefined) throw new Error("ENOTFOUND");
        return found;
      },
      dial: (address, at) => {
        dialled.push(`${address}:${at}`);
        return connect(port, "127.0.0.1");
      },
    },
  });
  return { rig, dialled };
}

interface Tunnelled {
  readonly status: number;
  readonly said: string;
}

/** Asks for a tunnel, says `hello` through it and hears what comes back. */
function tunnelTo({ at, token }: Door, target: string, shown = token): Promise<Tunnelled> {
  return new Promise((resolve, reject) => {
    const place =
      at.kind === "socket" ? { socketPath: at.path } : { host: "127.0.0.1", port: at.port };
    const basic = Buffer.from(`orch:${shown}`).toString("base64");
    const headers = { "proxy-authorization": `Basic ${basic}` };
    const asking = request({ ...place, method: "CONNECT", path: target, headers, agent: false });
    asking.on("connect", (response, socket) => {
      const status = response.statusCode ?? 0;
      if (status !== 200) {
        socket.destroy();
        return resolve({ status, said: "" });
      }
      socket.on("data", (chunk: Buffer) => {
        resolve({ status, said: String(chunk) });
        socket.destroy();
      });
      socket.write("hello");
    });
    asking.on("error", reject);
    asking.end();
  });
}

test("a host that the portfolio opens is reached through a tunnel, by both ways in", async () => {
  const { rig, dialled } = await openRig();
  for (const by of ["loopback", "socket"] as const) {
    const door = await rig.door({ by, hosts: ["registry.npmjs.org"] });
    expect(await tunnelTo(door, "registry.npmjs.org:443")).toEqual({ status: 200, said: "hello" });
  }
  // the address that was looked at is the one that is dialled
  expect(dialled).toEqual(["104.16.1.34:443", "104.16.1.34:443"]);
});

test("all else is closed: other hosts, ports, addresses, private networks, foreign tokens", async () => {
  const { rig, dialled } = await openRig();
  const door = await rig.door({ hosts: Object.keys(names) });
  const shut = await rig.door();
  for (const [target, status] of [
    ["evil.example.com:443", 403],
    ["registry.npmjs.org.evil.example.com:443", 403],
    ["registry.npmjs.org:22", 403],
    ["104.16.1.34:443", 403],
    ["127.0.0.1:443", 403],
    ["[::1]:443", 403],
    ["2130706433:443", 403],
    ["0x7f.1:443", 403],
    ["localhost:443", 403],
    ["rebound.example.org:443", 403],
    ["inside.example.org:443", 403],
    ["metadata.example.org:80", 403],
    ["mapped.example.org:443", 403],
  ] as const)
    expect([target, (await tunnelTo(door, target)).status]).toEqual([target, status]);
  expect((await tunnelTo(shut, "registry.npmjs.org:443")).status).toBe(403);
  expect((await tunnelTo(door, "registry.npmjs.org:443", "orch-guess")).status).toBe(407);
  expect(dialled).toEqual([]);
});

test("what a host says last arrives, however slowly it is read", async () => {
  const size = 300_000;
  const server = createServer((socket) => socket.end(Buffer.alloc(size)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  let heard = 0;
  const later = (turns: number, then: () => void): unknown =>
    turns === 0 ? then() : setImmediate(() => later(turns - 1, then));
  const slow = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) =>
      later(50, () => {
        if (!slow.destroyed) heard += chunk.length;
        done();
      }),
  });
  const roads = {
    resolve: async () => ["104.16.1.34"],
    dial: () => connect(address.port, "127.0.0.1"),
  };
  const through = { hosts: ["a.example.org"], roads, signal: new AbortController().signal };
  const closed = new Promise((resolve) => slow.once("close", resolve));
  await tunnel({ url: "a.example.org:443" }, slow, Buffer.alloc(0), through);
  await closed;
  expect(heard).toBeGreaterThan(size);
});

test("a tunnel ends with its session", async () => {
  const { rig } = await openRig();
  const door = await rig.door({ hosts: ["registry.npmjs.org"] });
  if (door.at.kind !== "loopback") throw new Error("no port");
  const { port } = door.at;
  const closed = new Promise<void>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const basic = Buffer.from(`orch:${door.token}`).toString("base64");
    socket.write(
      "CONNECT registry.npmjs.org:443 HTTP/1.1\r\nhost: x\r\n" +
        `proxy-authorization: Basic ${basic}\r\n\r\n`,
    );
    socket.once("data", () => void door.close());
    socket.on("close", () => resolve());
    socket.resume();
  });
  await closed;
});

test("no address of a private network counts as outside, however it is written", () => {
  const inside = [
    ...["127.0.0.1", "0.0.0.0", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254"],
    ...["100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1"],
    ...["::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1"],
    ...["64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "not an address", ""],
  ];
  expect(inside.filter(isOutside)).toEqual([]);
  expect(["1.1.1.1", "104.16.1.34", "2606:4700::1111"].every(isOutside)).toBe(true);
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a, b] = address.split(".").map(Number);
      const isPrivate = a === 10 || a === 127 || (a === 192 && b === 168);
      if (isPrivate) expect(isOutside(address)).toBe(false);
    }),
  );
});

test("names are compared whole; a star stands for what is below a name", () => {
  const target = (text: string) => parseTarget(text) ?? { host: "", port: 0 };
  expect(whyClosed(target("Registry.NPMjs.org.:443"), ["registry.npmjs.org"])).toBeNull();
  expect(whyClosed(target("a.b.example.org:443"), ["*.example.org"])).toBeNull();
  expect(whyClosed(target("example.org:443"), ["*.example.org"])).not.toBeNull();
  expect(whyClosed(target("notexample.org:443"), ["*.example.org"])).not.toBeNull();
  for (const text of [
    "",
    "a",
    "a:",
    ":443",
    "a b:443",
    "a:443:443",
    "1.2.3.4:443",
    "0x7f000001:80",
  ])
    expect(parseTarget(text)).toBeNull();
});
