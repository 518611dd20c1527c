/** How much longer a real cycle takes than its agent sessions alone: docs/benchmarks.md. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox } from "../src/adapters/sandbox/open.ts";
import type { Sandbox } from "../src/ports/sandbox.ts";
import { originalInputKb } from "./parts/original.ts";
import { type Course, prepare, type Run, run } from "./parts/run.ts";
import { inWords, spread } from "./parts/spread.ts";

const { values } = parseArgs({
  options: {
    workers: { type: "string", default: "8" },
    latency: { type: "string", default: "300" },
    runs: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    requests: { type: "boolean", default: false },
  },
});

interface Pair {
  readonly ours: Run;
  readonly yardstick: Run;
}

async function measured(workers: number, latencyMs: number): Promise<readonly Pair[]> {
  const path = process.env["PATH"] ?? "/usr/bin:/bin";
  const sandbox = await accountable(path);
  const folder = await mkdtemp(join(tmpdir(), "orch-bench-"));
  const { folder: built, programs } = await prepare(sandbox);
  try {
    const sessions = join(folder, "sessions.json");
    const course: Course = { workers, latencyMs, sandbox, programs, sessions };
    const pairs: Pair[] = [];
    for (let i = 0; i < Number(values.runs); i += 1) {
      // by turns the second, so that neither always has the machine that the other has tired
      const before = i % 2 === 1 ? await run("yardstick", course) : null;
      const ours = await run("ours", course);
      if (ours.landed !== workers) throw new Error(`${ours.landed} of ${workers} tasks landed`);
      pairs.push({ ours, yardstick: before ?? (await run("yardstick", course)) });
    }
    return pairs;
  } finally {
    for (const each of [folder, built]) await rm(each, { recursive: true, force: true });
  }
}

/**
 * Whoever lost its parent is waited for in a PID namespace of `unshare`; bubblewrap waits for none.
 */
async function accountable(path: string): Promise<Sandbox> {
  const { signal } = new AbortController();
  const unshare = openSandbox({ path, mark: "bench", only: "unshare" }, signal);
  return unshare.catch(() => openSandbox({ path, mark: "bench", only: "group" }, signal));
}

const bytesOf = ({ asked }: Run): number =>
  asked.reduce((sum, { inputBytes }) => sum + inputBytes, 0);

function sideOf(runs: readonly Run[]) {
  const of = (figure: (run: Run) => number, digits: number) => spread(runs.map(figure), digits);
  const [first] = runs;
  return {
    wallS: of(({ wallMs }) => wallMs / 1_000, 2),
    cpuS: of(({ cpuS, loadCpuMs }) => cpuS - loadCpuMs / 1_000, 2),
    ownCpuS: of(({ ownCpuMs }) => ownCpuMs / 1_000, 2),
    loadCpuS: of(({ loadCpuMs }) => loadCpuMs / 1_000, 2),
    rssTreeMb: of(({ rssTreeMb }) => rssTreeMb, 0),
    rssLargestMb: of(({ rssLargestMb }) => rssLargestMb, 0),
    largest: first?.largest ?? "",
    requests: of(({ asked }) => asked.length, 0),
    inputKb: of((each) => bytesOf(each) / 1_000, 0),
    tokens: first?.bill.byRole ?? {},
    stages: Object.fromEntries(
      Object.keys(first?.stages ?? {}).map((stage) => [
        stage,
        {
          fromS: of(({ stages }) => (stages[stage]?.from ?? 0) / 1_000, 2),
          toS: of(({ stages }) => (stages[stage]?.to ?? 0) / 1_000, 2),
        },
      ]),
    ),
  };
}

function reportOf(pairs: readonly Pair[], workers: number, latencyMs: number) {
  const ratio = (figure: (run: Run) => number) =>
    spread(
      pairs.map(({ ours, yardstick }) => figure(ours) / figure(yardstick)),
      3,
    );
  const original = originalInputKb(workers);
  const ours = sideOf(pairs.map((pair) => pair.ours));
  return {
    workers,
    latencyMs,
    runs: pairs.length,
    landed: workers,
    overheadFactor: ratio(({ wallMs }) => wallMs),
    cpuFactor: ratio(({ cpuS, loadCpuMs }) => cpuS - loadCpuMs / 1_000),
    inputOfOriginal: original === null ? null : Number((ours.inputKb.median / original).toFixed(3)),
    ours,
    yardstick: sideOf(pairs.map((pair) => pair.yardstick)),
  };
}

function textOf(report: ReturnType<typeof reportOf>): string {
  const row = (name: string, of: (side: typeof report.ours) => string): string =>
    `${name.padEnd(22)}${of(report.ours).padEnd(26)}${of(report.yardstick)}`;
  const stages = Object.entries(report.ours.stages).map(
    ([stage, { fromS, toS }]) =>
      `${stage.padEnd(22)}from ${fromS.median} to ${toS.median} s of the cycle`,
  );
  const tokens = Object.entries(report.ours.tokens).map(
    ([role, each]) => `${role.padEnd(22)}${each.inputTokens} tokens in, ${each.outputTokens} out`,
  );
  const { inputOfOriginal } = report;
  return [
    `${report.workers} workers, ${report.latencyMs} ms a reply, ${report.runs} runs, all landed`,
    row("", (side) => (side === report.ours ? "a cycle" : "its sessions alone")),
    row("wall, s", ({ wallS }) => inWords(wallS)),
    row("CPU of the tree, s", ({ cpuS }) => inWords(cpuS)),
    row("CPU of it itself, s", ({ ownCpuS }) => inWords(ownCpuS)),
    row("peak RSS, MB", ({ rssTreeMb }) => inWords(rssTreeMb)),
    row("largest process, MB", (side) => `${inWords(side.rssLargestMb)} ${side.largest}`),
    row("requests", ({ requests }) => inWords(requests)),
    row("input, KB", ({ inputKb }) => inWords(inputKb)),
    ...tokens,
    ...stages,
    `overhead factor (wall) ${inWords(report.overheadFactor)}, CPU ${inWords(report.cpuFactor)}`,
    inputOfOriginal === null ? "" : `input of the original's: ${inputOfOriginal}`,
  ].join("\n");
}

const [workers, latencyMs] = [Number(values.workers), Number(values.latency)];
const pairs = await measured(workers, latencyMs);
const report = reportOf(pairs, workers, latencyMs);
const requests = values.requests ? pairs.map(({ ours }) => ours.asked) : [];
console.log(
  values.json
    ? JSON.stringify(values.requests ? { ...report, asked: requests } : report, null, 2)
    : textOf(report),
);
