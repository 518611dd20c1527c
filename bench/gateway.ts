/**
 * What the gateway adds to a request and to a session, against the same model asked without it in
 * the same run: `npm run bench:gateway`. Milliseconds; ratios say more than they do.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dayOf, machineClock } from "../src/adapters/clock.ts";
import { openSqliteEngine } from "../src/adapters/engine/sqlite/engine.ts";
import { openGateway } from "../src/adapters/gateway/gateway.ts";
import { readPrices } from "../src/config/prices.ts";
import type { Purse } from "../src/ports/gateway.ts";
import { parseScenario } from "../src/scripted-model/parse-scenario.ts";
import { openScriptedModel } from "../src/scripted-model/server.ts";
import { openPurse } from "./parts/purse.ts";

const rounds = Number(process.argv[2] ?? 200);
/** A model begins to answer after this long at the very least. */
const modelMs = 300;

const folder = await mkdtemp(join(tmpdir(), "orch-bench-"));
const model = await openScriptedModel(
  parseScenario({
    worker: [{ steps: [{ say: "Well. ".repeat(400) }], repeat: true, times: 1_000_000 }],
  }),
);
const engine = openSqliteEngine({ dataDir: folder, clock: machineClock, dayOf });

const gateway = openGateway({
  vendor: { base: model.url, credential: ["x-api-key", "k"] },
  ...{ credential: "apiKey", prices: readPrices(), clock: machineClock },
  prefix: "orch-bench-",
});
const noop = () => undefined;
const room = { earlierUsd: 0, hosts: [], by: "loopback", onSight: noop } as const;
const free: Purse = { open: async () => ({ kind: "granted", number: 1 }), close: async () => {} };
const kept = await gateway.open({ ...room, purse: await openPurse(engine) });
const light = await gateway.open({ ...room, purse: free });
if (kept.at.kind !== "loopback" || light.at.kind !== "loopback") throw new Error("no port");

const body = JSON.stringify({
  ...{ model: "claude-sonnet-5-5", max_tokens: 1_000, stream: true },
  system: [{ type: "text", text: "# Contract: worker" }],
  messages: [{ role: "user", content: "word ".repeat(8_000) }],
});

interface Took {
  readonly firstMs: number;
  readonly allMs: number;
}

function ask(base: string, key: string): Promise<Took> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { "x-api-key": key, "content-type": "application/json" };
    const asking = request(`${base}/v1/messages`, { method: "POST", headers }, (response) => {
      let firstMs = 0;
      response.on("data", () => {
        if (firstMs === 0) firstMs = performance.now() - begun;
      });
      response.on("end", () => resolve({ firstMs, allMs: performance.now() - begun }));
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

const ways = {
  "the model itself": () => ask(model.url, "k"),
  "gateway, nothing set aside": () =>
    ask(light.at.kind === "loopback" ? light.at.url : "", light.token),
  "gateway, set aside on disk": () =>
    ask(kept.at.kind === "loopback" ? kept.at.url : "", kept.token),
};
const took = new Map<string, Took[]>(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < rounds + 20; round += 1)
  // one after the other in each round, so that all meet the same machine
  for (const [name, way] of Object.entries(ways)) {
    const each = await way();
    if (round >= 20) took.get(name)?.push(each);
  }

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const medians = [...took].map(([name, all]) => ({
  name,
  firstMs: median(all.map(({ firstMs }) => firstMs)),
  allMs: median(all.map(({ allMs }) => allMs)),
}));
const plain = medians[0]?.firstMs ?? 0;
for (const { name, firstMs, allMs } of medians) {
  const added = firstMs - plain;
  const ratio = (modelMs + firstMs) / (modelMs + plain);
  console.log(
    `${name}: first byte ${firstMs.toFixed(2)} ms, all ${allMs.toFixed(2)} ms; ` +
      `adds ${added.toFixed(2)} ms, ${ratio.toFixed(3)} x of a request of ${modelMs} ms`,
  );
}
await kept.close();
await light.close();
await gateway.close();
await engine.close();
await model.close();
await rm(folder, { recursive: true, force: true });
