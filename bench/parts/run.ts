/** One run of a measured process against a model of its own. */
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../scripts/bundle.ts";
import { initRepository } from "../../src/adapters/git/init.ts";
import type { Sandbox } from "../../src/ports/sandbox.ts";
import type { Errand, Told } from "./child.ts";
import { type Measured, measure } from "./measure.ts";
import { type Heard, openModel } from "./model.ts";
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

export interface Run extends Told, Heard, Omit<Measured, "stdout"> {}

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
  const model = await openModel(node(programs, "model", String(workers), String(latencyMs)));
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
