/** One run of a measured process against a model of its own. */
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../scripts/bundle.ts";
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
  /** Holds the built programs. */
  readonly programs: string;
  /** Where the sessions of a cycle are kept for the yardstick. */
  readonly sessions: string;
}

export interface Run extends Told, Omit<Measured, "stdout"> {
  readonly asked: readonly Omit<RecordedRequest, "body">[];
  readonly bill: Bill;
}

interface Prepared extends Pick<Course, "programs"> {
  /** What is to be removed afterwards. */
  readonly folder: string;
}

/** Builds the programs that are measured, as the product itself is built; loads each once. */
export async function prepare(sandbox: Sandbox): Promise<Prepared> {
  const cache = join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "orch-bench-"));
  const programs = join(folder, "dist");
  await cp(join(root, "prompts"), join(folder, "prompts"), { recursive: true });
  const names = ["ours", "yardstick", "model"];
  await bundle(
    names.map((name) => join(root, `bench/children/${name}.ts`)),
    programs,
  );
  const nothing = { folder: "", workers: 0, apiBase: "", sessions: "", loadOnly: true };
  for (const kind of ["ours", "yardstick"] as const)
    await measure(node(programs, kind, JSON.stringify(nothing)), sandbox, process.cwd());
  return { folder, programs };
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = (
  programs: string,
  name: string,
  ...args: readonly string[]
): readonly [string, ...string[]] => [process.execPath, join(programs, `${name}.js`), ...args];

/** Runs one cycle, or its yardstick, in a fresh folder. */
export async function run(
  kind: "ours" | "yardstick",
  { workers, latencyMs, sandbox, programs, sessions }: Course,
): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "orch-bench-"));
  const model = await openModel(programs, [workers, latencyMs]);
  try {
    await mkdir(join(folder, "app"));
    await writeSample(join(folder, "app"), workers);
    await initRepository(join(folder, "app"), new AbortController().signal);
    const given: Errand = { folder, workers, apiBase: model.url, sessions, loadOnly: false };
    const argv = node(programs, kind, JSON.stringify(given));
    const { stdout, ...measured } = await measure(argv, sandbox, process.cwd());
    const told = JSON.parse(stdout) as Told; // written by our own child
    return { ...measured, ...told, ...(await model.end()) };
  } finally {
    await model.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the model as a process of its own: its CPU time is nobody's. */
async function openModel(programs: string, figures: readonly number[]) {
  const child = spawnProcess(
    {
      argv: node(programs, "model", ...figures.map(String)),
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
