/**
 * What sandbox and gateway add to a whole session of the agent's own program, against the same
 * session with neither, in turns in one run: docs/benchmarks.md.
 */
import { randomUUID } from "node:crypto";
import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openClaudeAgent } from "../src/adapters/agents/claude.ts";
import { dayOf, machineClock } from "../src/adapters/clock.ts";
import { openSqliteEngine } from "../src/adapters/engine/sqlite/engine.ts";
import { openGateway } from "../src/adapters/gateway/gateway.ts";
import { openSandbox } from "../src/adapters/sandbox/open.ts";
import { readPrices } from "../src/config/prices.ts";
import { sessionId } from "../src/core/ids.ts";
import type { Agent, SessionRequest } from "../src/ports/agent.ts";
import type { Gateway } from "../src/ports/gateway.ts";
import type { Sandbox } from "../src/ports/sandbox.ts";
import { openModel } from "./parts/model.ts";
import { openPurse } from "./parts/purse.ts";
import { sampleTasks, writeSample } from "./parts/sample.ts";
import { inWords, spread } from "./parts/spread.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    latency: { type: "string", default: "300" },
    json: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
/** Each way once before anything counts. */
const warming = 1;
/** What the sample's worker asks in a session. */
const requestsASession = 5;

const never = new AbortController().signal;
const prices = readPrices();
const path = process.env["PATH"] ?? "/usr/bin:/bin";
const env = { PATH: path, IS_SANDBOX: "1", ANTHROPIC_API_KEY: "placeholder" };
const root = await realpath(await mkdtemp(join(tmpdir(), "orch-bench-")));
const tasks = sampleTasks(2 * (runs + warming));
const argv = ["--import", "tsx", "bench/children/model.ts", String(tasks.length), values.latency];
const model = await openModel([process.execPath, ...argv]);
const engine = openSqliteEngine({ dataDir: join(root, "ledger"), clock: machineClock, dayOf });
const purse = await openPurse(engine);
await mkdir(join(root, "app"));
await writeSample(join(root, "app"), tasks.length);

/** Nothing between the agent's program and the machine. */
const unheld: Sandbox = {
  ...{ kind: "group", confines: false, promise: "nothing" },
  wrap: ({ argv }) => argv,
  portFor: async (usual) => usual,
  sweep: async () => 0,
};
/** Nothing between the agent's program and its model. */
const direct: Gateway = {
  credential: "apiKey",
  open: async () => ({
    at: { kind: "loopback", url: model.url, port: Number(new URL(model.url).port) },
    token: "placeholder",
    ...{ shut: () => null, trouble: () => null, usage: () => [], close: async () => undefined },
  }),
  close: async () => undefined,
};
const gateway = openGateway({
  vendor: { base: model.url, credential: ["x-api-key", "placeholder"] },
  ...{ credential: "apiKey", prices, clock: machineClock, prefix: "orch-bench-" },
});
const confined = await openSandbox({ path, mark: "bench" }, never);
if (!confined.confines) throw new Error(`nothing confines here: ${confined.promise}`);

const agentOf = (sandbox: Sandbox, through: Gateway, folder: string): Agent =>
  openClaudeAgent({
    ...{ sandbox, gateway: through, env, prices, clock: machineClock },
    configDir: join(root, folder),
  });
const ways = {
  neither: agentOf(unheld, direct, "without"),
  both: agentOf(confined, gateway, "with"),
} as const;

const schema = {
  type: "object",
  properties: { outcome: { type: "string" }, summary: { type: "string" } },
  required: ["outcome", "summary"],
};

/** Plays one session in a folder of its own; answers what it took, in milliseconds. */
async function play(agent: Agent, number: number): Promise<number> {
  const cwd = join(root, `work-${number}`);
  await cp(join(root, "app"), cwd, { recursive: true });
  const request: SessionRequest = {
    ...{ role: "worker", cwd, readable: [], network: [], resume: false, env: {}, model: "sonnet" },
    system: "# Contract: worker\nYou do one task.",
    prompt: tasks[number]?.title ?? "",
    tools: ["Read", "Edit", "Write", "Bash", "Grep", "Glob"],
    schema,
    limits: { budgetUsd: 100, turnsMax: 20, timeoutMs: 120_000, silenceMs: 60_000 },
    session: sessionId(randomUUID()),
    transcript: join(root, `transcript-${number}.jsonl`),
    onEvent: () => undefined,
    purse,
  };
  const begun = performance.now();
  const { ending, turns } = await agent.run(request, never);
  const tookMs = performance.now() - begun;
  if (ending.kind !== "answered" || turns !== requestsASession)
    throw new Error(`${turns} requests: ${JSON.stringify(ending)}`);
  return tookMs;
}

const took: { readonly neither: number; readonly both: number }[] = [];
for (let run = 0; run < runs + warming; run += 1) {
  const pair = { neither: 0, both: 0 };
  const order = ["neither", "both"] as const;
  // whoever comes second finds what the first one left in the caches
  const turns = run % 2 === 0 ? order : [...order].reverse();
  for (const [at, way] of turns.entries()) pair[way] = await play(ways[way], 2 * run + at);
  if (run >= warming) took.push(pair);
}
await gateway.close();
await engine.close();
await model.kill();
await rm(root, { recursive: true, force: true });

const of = (figure: (pair: (typeof took)[number]) => number, digits: number) =>
  spread(took.map(figure), digits);
const report = {
  ...{ runs, latencyMs: Number(values.latency), requests: requestsASession, kind: confined.kind },
  neitherMs: of(({ neither }) => neither, 0),
  bothMs: of(({ both }) => both, 0),
  addedMs: of(({ neither, both }) => both - neither, 0),
  ratio: of(({ neither, both }) => both / neither, 3),
};
const lines = [
  `| ${runs} runs, ${values.latency} ms a reply, ${requestsASession} requests | a session |`,
  "|---|---|",
  `| neither sandbox nor gateway, wall ms | ${inWords(report.neitherMs)} |`,
  `| both, wall ms | ${inWords(report.bothMs)} |`,
  `| added, pair by pair, ms | ${inWords(report.addedMs)} |`,
  `| **ratio**, pair by pair | ${inWords(report.ratio)} |`,
];
console.log(values.json ? JSON.stringify(report, null, 2) : lines.join("\n"));
