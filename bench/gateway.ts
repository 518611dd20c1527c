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
import { projectName, taskId, token } from "../src/core/ids.ts";
import type { Decision } from "../src/core/ledger.ts";
import { closeRequest, openRequest, unspent } from "../src/core/metered.ts";
import type { Purse, PurseAnswer } from "../src/ports/gateway.ts";
import { parseScenario } from "../src/scripted-model/parse-scenario.ts";
import { openScriptedModel } from "../src/scripted-model/server.ts";

const rounds = Number(process.argv[2] ?? 200);
/** A model begins to answer after this long at the very least. */
const modelMs = 300;

const demo = projectName("demo");
const delivery = token(1);
const caps = { cycleUsd: null, dayUsd: null, portfolioDayUsd: null };

const folder = await mkdtemp(join(tmpdir(), "orch-bench-"));
const model = await openScriptedModel(
  parseScenario({
    worker: [{ steps: [{ say: "Well. ".repeat(400) }], repeat: true, times: 1_000_000 }],
  }),
);
const engine = openSqliteEngine({ dataDir: folder, clock: machineClock, dayOf });

/** A purse in a ledger on this disk, as a delivery has it. */
async function openPurse(): Promise<Purse> {
  const now = machineClock.now();
  const reservation = {
    ...({ token: delivery, role: "worker", task: taskId("aaaaaaaaaaaa"), cycle: null } as const),
    ...{ day: dayOf(now), amountUsd: 1e6, settledUsd: null, metered: unspent(1e6, 0), at: now },
  };
  await engine.transact(demo, {}, () => ({
    changes: [{ kind: "reservation", reservation }],
    answer: null,
  }));
  const needs = { reservation: delivery };
  return {
    open: (asked) =>
      engine.transact(demo, needs, (view): Decision<PurseAnswer> => {
        const [mine] = view.reservations;
        if (mine === undefined) throw new Error("nothing is set aside");
        const answer = openRequest(mine, asked, { caps, spent: view.spent });
        if (answer.kind === "refused") return { changes: [], answer };
        const { number, reservation } = answer;
        return {
          changes: [{ kind: "reservation", reservation }],
          answer: { kind: "granted", number },
        };
      }),
    close: (number, came) =>
      engine.transact(demo, needs, ({ reservations: [mine] }) => {
        const closed = mine === undefined ? null : closeRequest(mine, number, came);
        const changes =
          closed === null ? [] : [{ kind: "reservation", reservation: closed } as const];
        return { changes, answer: undefined };
      }),
  };
}

const gateway = openGateway({
  vendor: { base: model.url, credential: ["x-api-key", "k"] },
  ...{ credential: "apiKey", prices: readPrices(), clock: machineClock },
  prefix: "orch-bench-",
});
const noop = () => undefined;
const room = { earlierUsd: 0, hosts: [], by: "loopback", onSight: noop } as const;
const free: Purse = { open: async () => ({ kind: "granted", number: 1 }), close: async () => {} };
const kept = await gateway.open({ ...room, purse: await openPurse() });
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
