/** One run of a measured process against a model of its own. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initRepository } from "../../src/adapters/git/init.ts";
import { spawnProcess } from "../../src/adapters/process.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";
import type { Bill, RecordedRequest } from "../../src/scripted-model/ledger.ts";
import type { Errand, Told } from "./child.ts";
import { type Measured, measure } from "./measure.ts";
import { writeSample } from "./sample.ts";

export interface Course {
  readonly workers: number;
  readonly latencyMs: number;
  readonly sandbox: Sandbox;
  /** Where the sessions of a cycle are kept for the yardstick. */
  readonly sessions: string;
}

export interface Run extends Told, Omit<Measured, "stdout"> {
  readonly asked: readonly Omit<RecordedRequest, "body">[];
  readonly bill: Bill;
}

const program = (name: string): string =>
  fileURLToPath(new URL(`../children/${name}.ts`, import.meta.url));
const node = (name: string, ...args: readonly string[]): readonly [string, ...string[]] => [
  process.execPath,
  "--import",
  "tsx",
  program(name),
  ...args,
];

/** Loads both programs once, so that no run pays for a cold cache. */
export async function warmUp(sandbox: Sandbox): Promise<void> {
  const nothing = { folder: "", workers: 0, apiBase: "", sessions: "", loadOnly: true };
  for (const kind of ["ours", "yardstick"] as const) {
    await measure(node(kind, JSON.stringify(nothing)), sandbox, process.cwd());
  }
}

/** Runs one cycle, or its yardstick, in a fresh folder. */
export async function run(
  kind: "ours" | "yardstick",
  { workers, latencyMs, sandbox, sessions }: Course,
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "orch-bench-"));
  const model = await openModel(workers, latencyMs);
  try {
    await mkdir(join(folder, "app"));
    await writeSample(join(folder, "app"), workers);
    await initRepository(join(folder, "app"), new AbortController().signal);
    const given: Errand = { folder, workers, apiBase: model.url, sessions, loadOnly: false };
    const argv = node(kind, JSON.stringify(given));
    const { stdout, ...measured } = await measure(argv, sandbox, process.cwd());
    const told = JSON.parse(stdout) as Told; // written by our own child
    return { ...measured, ...told, ...(await model.end()) };
  } finally {
    await model.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the model as a process of its own: its CPU time is nobody's. */
async function openModel(workers: number, latencyMs: number) {
  const child = spawnProcess(
    {
      argv: node("model", String(workers), String(latencyMs)),
      cwd: process.cwd(),
      env: { PATH: process.env["PATH"] ?? "" },
      onStderr: (chunk) => process.stderr.write(chunk),
    },
    new AbortController().signal,
  );
  let said = "";
  const line = (number: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const lines = said.split("\n");
        if (lines.length > number + 1) resolve(lines[number] ?? "");
      };
      child.stdout.on("data", look);
      child.once("close", () => reject(new Error("the scripted model ended")));
      look();
    });
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  return {
    url: await line(0),
    end: async (): Promise<Pick<Run, "asked" | "bill">> => {
      child.stdin.end();
      return JSON.parse(await line(1)) as Pick<Run, "asked" | "bill">; // written by our own child
    },
    kill: () => child.end(),
  };
}
