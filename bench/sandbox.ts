/**
 * What the sandbox costs beside the same run unheld, all ways in turns: docs/benchmarks.md.
 * Wall-clock time only: what ends with a namespace is waited for by nobody, and its CPU time lost.
 */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox } from "../src/adapters/sandbox/open.ts";
import type { Sandbox } from "../src/ports/sandbox.ts";
import { type Timed, timed } from "./parts/measure.ts";
import { inWords, spread } from "./parts/spread.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});

/** Executions in one sample. */
const timesASample = 20;
const never = new AbortController().signal;
const path = process.env["PATH"] ?? "/usr/bin:/bin";
const env = { PATH: path };
const root = await realpath(await mkdtemp(join(tmpdir(), "orch-bench-")));
const socket = join(root, "socket");
const server = createServer();
await new Promise<void>((resolve) => server.listen(socket, resolve));
const openings = [{ socket, port: 47_115 }];

const confined = await openSandbox({ path, mark: "bench" }, never);
const holding = await openSandbox({ path, mark: "bench", confined: false }, never);
const held = (sandbox: Sandbox, argv: readonly [string, ...string[]], open = false) =>
  sandbox.wrap({
    ...{ argv, cwd: root, writable: [root], readable: [process.cwd()] },
    ...(open ? { network: { openings } } : {}),
  });
/** Each way that a program is started, and what it is compared with. */
const cases = {
  "`true`, unheld": ["true"],
  "`true`, held in a process namespace": held(holding, ["true"]),
  "`true`, confined": held(confined, ["true"]),
  "`true`, confined, with a relay (where hosts are open)": held(confined, ["true"], true),
  "`node -e 0`, unheld": ["node", "-e", "0"],
  "`node -e 0`, confined": held(confined, ["node", "-e", "0"]),
} as const;

const samples = new Map<string, Timed[]>();
for (let run = 0; run < Number(values.runs); run += 1)
  for (const [name, argv] of Object.entries(cases)) {
    const sample = await timed(argv, timesASample, env);
    samples.set(name, [...(samples.get(name) ?? []), sample]);
  }
server.close();
await rm(root, { recursive: true, force: true });

const base = samples.get("`true`, unheld") ?? [];
const rows = [...samples].map(([name, all]) => ({
  name,
  wallMs: spread(
    all.map(({ wallMs }) => wallMs),
    1,
  ),
  addedMs: spread(
    all.map(({ wallMs }, at) => wallMs - (base[at]?.wallMs ?? 0)),
    1,
  ),
}));
if (values.json)
  process.stdout.write(`${JSON.stringify({ kind: confined.kind, rows }, null, 2)}\n`);
else {
  const lines = rows.map(
    ({ name, wallMs, addedMs }) => `| ${name} | ${inWords(wallMs)} | ${inWords(addedMs)} |`,
  );
  const head = [`| ${values.runs} runs | wall ms | wall ms beyond \`true\` |`, "|---|---|---|"];
  process.stdout.write(`${[...head, ...lines].join("\n")}\n`);
}
