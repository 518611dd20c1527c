/** Commands that may reach hosts by name, confined otherwise. */
import { writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openShell } from "../../../src/adapters/shell/open.ts";
import type { Sandbox } from "../../../src/ports/sandbox.ts";
import { tempFolder } from "../../support/folders.ts";
import { answersWell, openGatewayRig } from "../../support/gateway-rig.ts";
import { allSandboxes, never, path } from "../../support/sandboxes.ts";

/** Nothing is to be proved where nothing confines. */
const confining = (await allSandboxes()).filter(({ confines }) => confines);

/** Asks for a tunnel to each argument, as the environment says, and tells what came of it. */
const program = `
  const { request } = require("node:http");
  const { hostname, port } = new URL(process.env.HTTPS_PROXY ?? "http://127.0.0.1:9");
  const ask = (path) => new Promise((done) => {
    const asked = request({ hostname, port, path, method: "CONNECT" });
    asked.on("connect", (answer, socket) => {
      if (answer.statusCode !== 200) return done(answer.statusCode);
      socket.on("data", (chunk) => { done(String(chunk)); socket.destroy(); });
      socket.write("hello");
    });
    asked.on("error", (fault) => done(fault.code));
    asked.end();
  });
  (async () => {
    for (const each of process.argv.slice(2)) console.log(each, await ask(each));
  })();`;

async function openRig(sandbox: Sandbox) {
  const world = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => world.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void world.close());
  const at = world.address();
  if (at === null || typeof at === "string") throw new Error("no port");
  const { gateway } = await openGatewayRig(answersWell, {
    roads: {
      resolve: async () => ["104.16.1.34"],
      dial: () => connect(at.port, "127.0.0.1"),
    },
  });
  const cwd = await tempFolder();
  await writeFile(join(cwd, "ask.cjs"), program);
  const shell = openShell({ sandbox, gateway, env: { PATH: path } });
  return async (command: string, network?: readonly string[]) => {
    const more = network === undefined ? {} : { network };
    const asked = { command, cwd, env: {}, timeoutMs: 20_000, ...more };
    return (await shell.run(asked, never)).output;
  };
}

describe.each(confining)("confined by $kind", (sandbox) => {
  test("a command reaches the hosts that its project opens, and no others", async () => {
    const run = await openRig(sandbox);
    const asking = "node ask.cjs registry.npmjs.org:443 evil.example.com:443";
    expect(await run(asking, ["registry.npmjs.org"])).toBe(
      "registry.npmjs.org:443 hello\nevil.example.com:443 403\n",
    );
    expect(await run(asking)).toMatch(/^registry.npmjs.org:443 E(CONNREFUSED|PERM)$/m);
    expect(await run(asking, [])).toMatch(/^registry.npmjs.org:443 E(CONNREFUSED|PERM)$/m);
  });

  test("no model is to be had that way", async () => {
    const run = await openRig(sandbox);
    const init = '{ method: "POST", body: "{}" }';
    const script = `fetch(process.env.HTTPS_PROXY + "/v1/messages", ${init}).then((a) => a.status)`;
    const asking = `node -e '${script}.then(console.log)'`;
    expect(await run(asking, ["registry.npmjs.org"])).toBe("403\n");
  });
});
