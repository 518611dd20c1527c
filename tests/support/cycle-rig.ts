/** Whole cycles on real parts: agent's program, git, SQLite; only the model plays a script. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { auditLedger } from "../../src/adapters/engine/sqlite/audit.ts";
import type { OpenHouse } from "../../src/cli/backstage.ts";
import { byPriority } from "../../src/cli/pick.ts";
import { openHouse } from "../../src/compose/open-house.ts";
import { parsePortfolio } from "../../src/config/parse.ts";
import type { Cycle } from "../../src/core/cycle.ts";
import { type ProjectName, projectName } from "../../src/core/ids.ts";
import type { Portfolio } from "../../src/core/portfolio.ts";
import { runCycles } from "../../src/engine/cycle.ts";
import type { Hear } from "../../src/engine/house.ts";
import { parseScenario } from "../../src/scripted-model/parse-scenario.ts";
import { openScriptedModel, type ScriptedModel } from "../../src/scripted-model/server.ts";
import { sampleFiles } from "./cycle-samples.ts";
import { commitAll, person, write } from "./git-fixture.ts";
import { leftovers } from "./leftovers.ts";
import type { Play } from "./plays.ts";
import { openProjectRig, type ProjectRig } from "./project-rig.ts";

export interface ProjectSetup {
  /** Beside the sample's own files; an empty text leaves one out. */
  readonly files?: Readonly<Record<string, string>>;
  /** Fields of the portfolio file. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly branch?: string;
  /** Folder in the repository that is the project; the repository itself where it is left out. */
  readonly subfolder?: string;
}

export interface CycleSetup {
  readonly scenario: Readonly<Record<string, readonly Play[]>>;
  /** One project, `app`, where they are left out. */
  readonly projects?: Readonly<Record<string, ProjectSetup>>;
  /** Fields of the portfolio file beside the projects. */
  readonly portfolio?: Readonly<Record<string, unknown>>;
  readonly latencyMs?: number;
  /** Shown to the model: an API key, or a login, which alone is told when a usage limit ends. */
  readonly credential?: "key" | "login";
  /** More variables of the person's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly cycles?: number;
  readonly drain?: AbortSignal;
  readonly stop?: AbortSignal;
  readonly only?: readonly string[];
}

export type Heard = Parameters<Hear>[0];

export interface CycleRig {
  readonly root: string;
  readonly data: string;
  readonly portfolioFile: string;
  readonly model: ScriptedModel;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What sessions said and did, in order. */
  readonly heard: readonly Heard[];
  /** Faults of the service, which `run` does not allow. */
  readonly faults: readonly string[];
  /** Opens the house, if it is not open yet. */
  open(): Promise<OpenHouse["house"]>;
  project(name?: string): ProjectRig;
  /** Runs cycles to their ends and answers those that ended. */
  run(options?: RunOptions): Promise<readonly Cycle[]>;
  /** Closes the house; whatever comes next opens it again from what is on disk. */
  close(): Promise<void>;
}

const never = new AbortController().signal;

/** Makes the projects, starts the model, opens the house; all is closed and removed afterwards. */
export async function openCycleRig(setup: CycleSetup): Promise<CycleRig> {
  const root = await makeRoot();
  const { portfolioFile, portfolio } = await makePortfolio(root, setup);
  const { latencyMs = 0, credential = "key" } = setup;
  const model = await openScriptedModel(parseScenario(setup.scenario), { latencyMs });
  const env = {
    PATH: process.env["PATH"],
    IS_SANDBOX: "1",
    [credential === "key" ? "ANTHROPIC_API_KEY" : "CLAUDE_CODE_OAUTH_TOKEN"]: "placeholder",
    ANTHROPIC_BASE_URL: model.url,
    ...setup.env,
  };
  const [heard, faults]: [Heard[], string[]] = [[], []];
  const hear: Hear = (each) => void heard.push(each);
  const open = async (): Promise<OpenHouse> => {
    const house = await openHouse(portfolio, { hear, only: null, env: {} }, env);
    expect(house.obstacles).toEqual([]);
    return house;
  };
  let opened: Promise<OpenHouse> | null = null;
  const house = async (): Promise<OpenHouse["house"]> => {
    opened ??= open();
    return (await opened).house;
  };
  const close = async (): Promise<void> => {
    const was = await opened;
    opened = null;
    await was?.close();
  };
  onTestFinished(async () => {
    await close();
    await model.close();
    expect(await leftovers(root)).toEqual([]);
  });
  const names = byPriority(portfolio.projects).map(({ name }) => name);
  // whatever a test did, the log alone gives the state again
  onTestFinished(async () => {
    await close();
    for (const name of names) expect(auditLedger(portfolio.dataDir, name)?.flaws ?? []).toEqual([]);
  });
  return {
    ...{ root, model, env, heard, faults, portfolioFile, data: portfolio.dataDir },
    open: house,
    project: (name = "app") =>
      openProjectRig({ house, name: projectName(name), path: pathOf(portfolio, name) }),
    run: async ({ cycles = 1, drain = never, stop = never, only = names } = {}) => {
      const fault = (project: ProjectName, why: string) => void faults.push(`${project}: ${why}`);
      const request = { projects: only.map(projectName), cycles, entered: () => {}, fault };
      const ran = await runCycles(await house(), request, { drain, stop });
      expect(faults).toEqual([]);
      return ran.map(({ cycle }) => cycle);
    },
    close,
  };
}

/** A folder for everything, temporary files included; removed when the test has finished. */
async function makeRoot(): Promise<string> {
  const before = process.env["TMPDIR"];
  const root = await realpath(await mkdtemp(join(tmpdir(), "orch-e2e-")));
  await mkdir(join(root, "tmp"));
  process.env["TMPDIR"] = join(root, "tmp");
  onTestFinished(async () => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  });
  return root;
}

/** Short limits, no planner. */
const defaults = {
  backlog_source: "manual",
  test_command: "sh check.sh",
  check_timeout_seconds: 20,
  worker_timeout_seconds: 60,
};

async function makePortfolio(
  root: string,
  { projects = { app: {} }, portfolio = {} }: CycleSetup,
): Promise<{ readonly portfolioFile: string; readonly portfolio: Portfolio }> {
  const entries: object[] = [];
  for (const [name, setup] of Object.entries(projects)) {
    const { files = {}, config = {}, branch = "main", subfolder = "" } = setup;
    const top = join(root, "projects", name);
    const path = join(top, subfolder);
    await mkdir(path, { recursive: true });
    person(top, "init", "--quiet", "-b", branch);
    const all = Object.entries({ ...sampleFiles, ...files }).filter(([, text]) => text !== "");
    await write(path, Object.fromEntries(all));
    commitAll(top, "Start");
    entries.push({ ...defaults, name, path, ...config });
  }
  const file = join(root, "orch.jsonc");
  const text = JSON.stringify({ name: "rig", data_dir: "./data", ...portfolio, projects: entries });
  await writeFile(file, text);
  const parsed = parsePortfolio(text, { file, home: root });
  if (parsed.kind !== "valid") throw new Error(JSON.stringify(parsed.problems));
  return { portfolioFile: file, portfolio: parsed.portfolio };
}

function pathOf({ projects }: Portfolio, name: string): string {
  const found = projects.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no project ${name}`);
  return found.path;
}
