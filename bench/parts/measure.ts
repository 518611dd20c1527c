/** Runs a process and says what it and all that it started cost. */
import { readdirSync, readFileSync } from "node:fs";
import { runProcess, spawnProcess } from "../../src/adapters/process.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";

export interface Measured {
  readonly stdout: string;
  /** CPU time of the whole tree, in seconds. */
  readonly cpuS: number;
  /** Largest sum of the resident sets of the tree, in MB; shared pages count in each process. */
  readonly rssTreeMb: number;
  /** Largest resident set of a single process, in MB, and its name. */
  readonly rssLargestMb: number;
  readonly largest: string;
}

/** Often enough to catch a session of a second. */
const sampleMs = 200;
const ticksPerSecond = 100;
const pageBytes = 4_096;
const megabyte = 1_048_576;

/**
 * The environment of what is measured. What else a machine sets may make each program slower: a
 * `NODE_EXTRA_CA_CERTS` of a system's whole bundle trebles the start of Node.
 */
const passedOn = ["PATH", "HOME", "TMPDIR", "IS_SANDBOX", "ORCH_CONTAINMENT"];

/**
 * Runs `argv` to its end; throws where it fails. It is held in a PID namespace where there is one:
 * whoever loses its parent there is still waited for, so that no CPU time is missed.
 */
export async function measure(
  argv: readonly [string, ...string[]],
  sandbox: Sandbox,
  cwd: string,
): Promise<Measured> {
  const env = Object.fromEntries(
    passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : [])),
  );
  const before = waitedForTicks();
  const child = spawnProcess(
    {
      argv: sandbox.wrap({ argv, cwd, writable: [cwd], readable: [] }),
      cwd,
      env,
      onStderr: (chunk) => process.stderr.write(chunk),
    },
    new AbortController().signal,
  );
  child.stdin.end();
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  const peak = openPeak(child.pid ?? 0);
  const code = await new Promise((resolve) => child.once("close", resolve));
  const { treeMb, largestMb, largest } = peak.close();
  await child.end();
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with code ${String(code)}`);
  const cpuS = (waitedForTicks() - before) / ticksPerSecond;
  return { stdout, cpuS, rssTreeMb: treeMb, rssLargestMb: largestMb, largest };
}

export interface Timed {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/**
 * Runs a short program `times` times in a row and answers the mean of one; throws where it fails.
 */
export async function timed(
  argv: readonly string[],
  times: number,
  env: Readonly<Record<string, string>>,
): Promise<Timed> {
  const script = `for i in $(seq ${times}); do "$@" >/dev/null || exit 1; done`;
  const request = { cwd: process.cwd(), env, timeoutMs: 600_000, bytesMax: 10_000 };
  const before = waitedForTicks();
  const begun = performance.now();
  const { ended, stderr } = await runProcess(
    { argv: ["sh", "-c", script, "sh", ...argv], ...request },
    new AbortController().signal,
  );
  const wallMs = (performance.now() - begun) / times;
  if (ended.kind !== "exited" || ended.code !== 0)
    throw new Error(`${argv.join(" ")} failed: ${Buffer.from(stderr).toString("utf8")}`);
  const ticks = waitedForTicks() - before;
  return { wallMs, cpuMs: (ticks * 1_000) / ticksPerSecond / times };
}

/** CPU time of all children that were waited for, with their own, in ticks of 10 ms. */
export function waitedForTicks(): number {
  const fields = statOf("self")?.fields ?? [];
  return Number(fields[13]) + Number(fields[14]);
}

interface Peak {
  treeMb: number;
  largestMb: number;
  largest: string;
}

/** Looks at the memory of a process and all below it until it is closed. */
export function openPeak(root: number): { close(): Readonly<Peak> } {
  const peak: Peak = { treeMb: 0, largestMb: 0, largest: "" };
  const timer = setInterval(() => sample(root, peak), sampleMs);
  return {
    close: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

function sample(root: number, peak: Peak): void {
  const found = readdirSync("/proc").flatMap((name) =>
    /^\d+$/.test(name) ? (statOf(name) ?? []) : [],
  );
  const tree = new Set([root]);
  // a child may stand before its parent in the list: as often as the tree is deep
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, fields } of found) if (tree.has(Number(fields[1]))) tree.add(pid);
  }
  let sum = 0;
  for (const { pid, name, fields } of found) {
    if (!tree.has(pid)) continue;
    const mb = (Number(fields[21]) * pageBytes) / megabyte;
    sum += mb;
    if (mb > peak.largestMb) Object.assign(peak, { largestMb: mb, largest: name });
  }
  peak.treeMb = Math.max(peak.treeMb, sum);
}

/** A process's line in /proc: its fields from the third on, which is the state. */
function statOf(pid: string) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = line.lastIndexOf(")");
    const name = line.slice(line.indexOf("(") + 1, end);
    return { pid: Number.parseInt(line, 10), name, fields: line.slice(end + 2).split(" ") };
  } catch {
    return null; // it has ended
  }
}
