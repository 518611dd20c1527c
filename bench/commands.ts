/**
 * What short commands cost beside starting Node at all: docs/benchmarks.md. Needs `npm run build`.
 */
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machineClock } from "../src/adapters/clock.ts";
import { initRepository } from "../src/adapters/git/init.ts";
import { openLedger } from "../src/compose/open-ledger.ts";
import { addTask } from "../src/core/commands.ts";
import { projectName, taskId } from "../src/core/ids.ts";
import { defaultRetryRules } from "../src/core/retry.ts";
import type { TaskBrief } from "../src/core/task.ts";
import { type Timed, timed } from "./parts/measure.ts";
import { inWords, spread } from "./parts/spread.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    projects: { type: "string", default: "100" },
    json: { type: "boolean", default: false },
  },
});

/** Executions in one sample: the kernel counts CPU time in hundredths of a second. */
const timesASample = 5;
/** Tasks in each project's ledger. */
const tasksEach = 3;

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** Writes a portfolio whose projects each have a repository and a ledger with some tasks. */
async function writePortfolio(folder: string, count: number): Promise<string> {
  const names = Array.from({ length: count }, (_, i) => `project-${i + 1}`);
  const file = join(folder, "orch.json");
  const dataDir = join(folder, "data");
  const projects = names.map((name) => ({ name, path: join(folder, name) }));
  await writeFile(file, JSON.stringify({ name: "bench", data_dir: dataDir, projects }));
  const engine = openLedger({ dataDir });
  for (const { name, path } of projects) {
    await mkdir(path);
    await writeFile(join(path, "CLAUDE.md"), "# A project\n");
    await initRepository(path, new AbortController().signal);
    for (let i = 0; i < tasksEach; i += 1) {
      await engine.transact(projectName(name), {}, (view) =>
        addTask(view, taskId(machineClock.newId()), briefOf(i), defaultRetryRules),
      );
    }
  }
  await engine.close();
  return file;
}

const briefOf = (i: number): TaskBrief => ({
  title: `Task ${i}`,
  description: `Does the thing with the number ${i}, and nothing else.`,
  kind: "code",
  priority: 5,
  criteria: [],
  allowedFiles: [],
  leaveAlone: [],
  backlogItem: null,
});

async function measured(folder: string) {
  const file = await writePortfolio(folder, Number(values.projects));
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, NO_COLOR: "1" };
  const node = process.execPath;
  const programs = {
    "node -e 0": [node, "-e", "0"],
    "orch --help": [node, main, "--help"],
    [`orch status, ${values.projects} projects`]: [node, main, "--config", file, "status"],
  };
  const samples = new Map<string, Timed[]>(Object.keys(programs).map((name) => [name, []]));
  for (let i = 0; i < Number(values.runs); i += 1) {
    for (const [name, argv] of Object.entries(programs))
      samples.get(name)?.push(await timed(argv, timesASample, env));
  }
  const bare = samples.get("node -e 0") ?? [];
  return [...samples].map(([name, each]) => ({
    name,
    cpuMs: spread(
      each.map(({ cpuMs }) => cpuMs),
      0,
    ),
    wallMs: spread(
      each.map(({ wallMs }) => wallMs),
      0,
    ),
    cpuOfNode: spread(
      each.map(({ cpuMs }, i) => cpuMs / (bare[i]?.cpuMs ?? Number.NaN)),
      2,
    ),
  }));
}

await access(main).catch(() => {
  throw new Error("dist/main.js is not there: run `npm run build` first");
});
const folder = await mkdtemp(join(tmpdir(), "orch-bench-"));
try {
  const rows = await measured(folder);
  const text = rows.map(
    ({ name, cpuMs, wallMs, cpuOfNode }) =>
      `${name.padEnd(28)}CPU ${inWords(cpuMs)} ms, wall ${inWords(wallMs)} ms, ` +
      `${inWords(cpuOfNode)} times the CPU of node alone`,
  );
  console.log(values.json ? JSON.stringify(rows, null, 2) : text.join("\n"));
} finally {
  await rm(folder, { recursive: true, force: true });
}
