/**
 * Sandboxes that share the machine's loopback, as macOS's do: each way out has a port of its own.
 * What Seatbelt is told is read as macOS does, and what runs under it runs here without it.
 */
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openFreePorts } from "../../../src/adapters/sandbox/free-port.ts";
import { candidates, sandboxOf } from "../../../src/adapters/sandbox/open.ts";
import { relayed } from "../../../src/adapters/sandbox/relay.ts";
import { openShell } from "../../../src/adapters/shell/open.ts";
import type { Sandbox } from "../../../src/ports/sandbox.ts";
import { tempFolder } from "../../support/folders.ts";
import { answersWell, openGatewayRig } from "../../support/gateway-rig.ts";
import { never, path } from "../../support/sandboxes.ts";
import { openRig } from "../../support/scripted-agent.ts";
import { type Profile, readProfile } from "../../support/seatbelt.ts";

/** Seatbelt, played: what it is told is kept, and the program runs without it. */
async function played(): Promise<{ sandbox: Sandbox; profiles: Profile[] }> {
  const mark = `test-${process.pid}`;
  const options = { path, mark, view: { shown: [], hidden: [] } };
  const [seatbelt] = await candidates(options, "darwin");
  if (seatbelt?.kind !== "seatbelt") throw new Error("it is not the first to be tried");
  const profiles: Profile[] = [];
  const wrap: Sandbox["wrap"] = (confined) => {
    const profile = readProfile(seatbelt.wrap(confined));
    profiles.push(profile);
    const [program = "", ...rest] = profile.argv;
    return [program, ...rest];
  };
  return { sandbox: sandboxOf({ ...seatbelt, wrap }, mark), profiles };
}

async function listen(server: Server, at: number | string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const heard = () => resolve();
    if (typeof at === "string") server.listen(at, heard);
    else server.listen(at, "127.0.0.1", heard);
  });
  onTestFinished(() => void server.close());
  const found = server.address();
  return typeof found === "object" && found !== null ? found.port : 0;
}

/** Asks for a tunnel to each argument by the proxy that the environment names. */
const program = `
  const { connect } = require("node:net");
  const { port } = new URL(process.env.HTTPS_PROXY);
  const asking = " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n";
  const ask = (host) => new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => socket.write("CONNECT " + host + asking));
    socket.once("data", (chunk) => { done(String(chunk).split(" ")[1]); socket.destroy(); });
    socket.once("error", (fault) => done(fault.code));
  });
  (async () => {
    for (const each of process.argv.slice(2)) console.log(each, await ask(each), port);
  })();`;

test("commands at the same time each reach their own hosts, by a port of their own", async () => {
  const world = createServer((socket) => socket.pipe(socket));
  const at = await listen(world, 0);
  const roads = { resolve: async () => ["104.16.1.34"], dial: () => connect(at, "127.0.0.1") };
  const { gateway } = await openGatewayRig(answersWell, { roads });
  const { sandbox, profiles } = await played();
  const shell = openShell({ sandbox, gateway, env: { PATH: path } });
  const cwd = await tempFolder();
  await writeFile(join(cwd, "ask.cjs"), program);
  const hosts = ["a.example.com", "b.example.com", "c.example.com"];
  const command = `node ask.cjs ${hosts.map((host) => `${host}:443`).join(" ")}`;
  const runs = hosts.map((host) =>
    shell.run({ command, cwd, env: {}, timeoutMs: 20_000, network: [host] }, never),
  );
  const ports = new Set<string>();
  for (const [index, { output }] of (await Promise.all(runs)).entries()) {
    const rows = output.trim().split("\n");
    const [port = ""] = (rows[0] ?? "").split(" ").slice(2);
    ports.add(port);
    expect(rows).toEqual(
      hosts.map((host, at) => `${host}:443 ${at === index ? 200 : 403} ${port}`),
    );
  }
  expect(ports.size).toBe(3);
  const allowed = profiles.map(({ connects }) =>
    [...ports].filter((port) => connects("ip", `localhost:${port}`)),
  );
  expect(allowed.flat().sort()).toEqual([...ports].sort());
  expect(allowed.every((each) => each.length === 1)).toBe(true);
});

test("a session reaches its model by a socket, and one port where it may reach hosts", async () => {
  const key = "sk-placeholder-that-must-not-be-seen";
  const look = [{ tool: "Bash", input: { command: "env > env.txt" } }, { answer: { done: true } }];
  for (const network of [[], ["a.example.com"]]) {
    const { sandbox, profiles } = await played();
    const rig = await openRig({ worker: [{ steps: look }] }, { ANTHROPIC_API_KEY: key }, sandbox);
    expect((await rig.run({ network })).ending.kind).toBe("answered");
    const [profile] = profiles;
    const env = await readFile(join(rig.cwd, "env.txt"), "utf8");
    const socket = /^ANTHROPIC_UNIX_SOCKET=(.*)$/m.exec(env)?.[1] ?? "";
    expect(profile?.connects("unix-socket", socket)).toBe(true);
    const port = /^HTTPS_PROXY=http:\/\/127.0.0.1:(\d+)$/m.exec(env)?.[1];
    const rules = profile?.text.match(/localhost:\d+/g) ?? [];
    expect([...new Set(rules)]).toEqual(port === undefined ? [] : [`localhost:${port}`]);
    expect(port === undefined).toBe(network.length === 0);
  }
});

test("where another has the port, the program does not run, and says why", async () => {
  const socket = join(await tempFolder(), "door");
  await listen(createServer(), socket);
  const port = await listen(createServer(), 0);
  const [file, ...args] = relayed(["echo", "ran"], [{ socket, inside: socket, port }]);
  const child = spawn(file, args, { env: { PATH: path } });
  let said = "";
  for (const pipe of [child.stdout, child.stderr])
    pipe.on("data", (chunk: Uint8Array) => (said += Buffer.from(chunk)));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect([code, said]).toEqual([125, "the way out of the sandbox could not be opened\n"]);
});

test("a port is free, and not given twice in a row", async () => {
  const { sandbox } = await played();
  await listen(createServer(), await sandbox.portFor(47_115));
  const answers = [5, 5, 6];
  const next = openFreePorts(async () => answers.shift() ?? 7);
  expect([await next(), await next(), await next()]).toEqual([5, 6, 7]);
});
