/** The command line with everything behind it in memory. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { openMemoryEngine } from "../../src/adapters/engine/memory/engine.ts";
import { type MemoryStore, memoryStore } from "../../src/adapters/engine/memory/storage.ts";
import { openJournal } from "../../src/adapters/journal/journal.ts";
import type {
  Audit,
  Backstage,
  Detected,
  Finding,
  Lock,
  OpenHouse,
  Trouble,
} from "../../src/cli/backstage.ts";
import { runCli } from "../../src/cli/cli.ts";
import type { Io, Out, Signal } from "../../src/cli/io.ts";
import { rescues } from "../../src/compose/rescues.ts";
import { pause } from "../../src/core/commands.ts";
import type { Portfolio, ProjectConfig } from "../../src/core/portfolio.ts";
import { defaultRetryRules } from "../../src/core/retry.ts";
import type { House, Site } from "../../src/engine/house.ts";
import type { Patrolled } from "../../src/engine/patrol.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { Settings, World } from "../../src/stages/context.ts";
import { realClock } from "./clock.ts";
import { tempFolder } from "./folders.ts";
import { type Planned, scripted } from "./scripted-engine.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What the surroundings are; every field may be changed between invocations. */
export interface Scene {
  planned: Planned;
  fetching: Detected["fetching"];
  lock: Lock;
  agentProblem: OpenHouse["agentProblem"];
  obstacles: OpenHouse["obstacles"];
  /** Why nothing can be done in a folder, by its name. */
  unusable: Map<string, Trouble>;
  /** What is said of the disk, look by look; null once all of it has been said. */
  lack: string[];
  findings: readonly Finding[];
  /** What a patrol came to. */
  patrolled: readonly Patrolled[];
  /** What has not landed. */
  unmerged: readonly string[];
  /** Branches in the projects' repositories. */
  branches: Set<string>;
  audit: Audit;
  stdin: string;
  isTTY: boolean;
  /** Of the terminal. */
  columns: number;
  env: Record<string, string>;
  /** The project whose ledger cannot be read. */
  broken: string | null;
  /** How much faster than real the commands' own patience passes. */
  haste: number;
  /** Whether agents are held in their files and network. */
  confined: boolean;
  /** Whether a person pauses the project just after the house was opened. */
  pauseOnOpen: boolean;
  /** Called with a way to send signals, once somebody listens. */
  whenListening: ((send: (signal: Signal) => void) => void) | null;
}

export interface Cli {
  readonly folder: string;
  readonly file: string;
  readonly scene: Scene;
  readonly ledger: Engine;
  readonly store: MemoryStore;
  /** What was asked of the parts that only a real house has. */
  readonly asked: string[];
  run(...argv: string[]): Promise<Said>;
  /** What the last invocation has said on its error stream so far. */
  said(): string;
  /** Writes the portfolio anew. */
  write(portfolio: object): Promise<void>;
}

/**
 * Opens the command line over an empty ledger and a portfolio with the projects `shop` and `blog`.
 */
export async function openCli(): Promise<Cli> {
  const folder = await tempFolder();
  const file = join(folder, "orch.json");
  const store = memoryStore();
  const ledger = memoryLedger(store);
  const scene: Scene = {
    planned: { kind: "titles", titles: [] },
    fetching: null,
    lock: { kind: "held", release: async () => undefined },
    agentProblem: null,
    obstacles: [],
    unusable: new Map(),
    lack: [],
    findings: [],
    patrolled: [],
    unmerged: [],
    branches: new Set(),
    audit: { events: 0, tasks: 0, landings: 0, flaws: [] },
    stdin: "",
    isTTY: false,
    columns: 100,
    env: {},
    broken: null,
    pauseOnOpen: false,
    confined: false,
    haste: 1,
    whenListening: null,
  };
  const asked: string[] = [];
  let last = sink(false, 100);
  const cli: Cli = {
    folder,
    file,
    scene,
    ledger,
    store,
    asked,
    said: () => last.text(),
    run: (...argv) => {
      const err = sink(scene.isTTY, scene.columns);
      last = err;
      const backstage = fake({ store, scene, asked, folder });
      return invoke(argv, { folder, scene, backstage, err });
    },
    write: (portfolio) => writeFile(file, JSON.stringify(portfolio)),
  };
  await cli.write({
    projects: [
      { name: "shop", path: "./shop", max_attempts: 1, priority: 2 },
      { name: "blog", path: "./blog", max_attempts: 1 },
    ],
  });
  return cli;
}

export function memoryLedger(store: MemoryStore): Engine {
  return openMemoryEngine({
    store,
    clock: realClock,
    owner: "test",
    ownersAlive: () => new Set(["test"]),
  });
}

interface Place {
  readonly folder: string;
  readonly scene: Scene;
  readonly backstage: Backstage;
  readonly err: ReturnType<typeof sink>;
}

async function invoke(
  argv: readonly string[],
  { folder, scene, backstage, err }: Place,
): Promise<Said> {
  const out = sink(scene.isTTY, scene.columns);
  let quit: (code: number) => void = () => undefined;
  const quitting = new Promise<number>((resolve) => {
    quit = resolve;
  });
  const io: Io = {
    stdin: (async function* () {
      yield scene.stdin;
    })(),
    stdinIsTTY: scene.isTTY,
    out: out.stream,
    err: err.stream,
    env: scene.env,
    cwd: folder,
    onSignal: (hear) => {
      scene.whenListening?.(hear);
      return () => undefined;
    },
    outliveReader: () => undefined,
    quit,
  };
  const code = await Promise.race([runCli(argv, io, async () => backstage), quitting]);
  return { code, out: out.text(), err: err.text() };
}

function sink(
  isTTY: boolean,
  columns: number,
): { readonly stream: Out; readonly text: () => string } {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  return { stream: { isTTY, columns, write }, text: () => text };
}

interface Behind {
  readonly store: MemoryStore;
  readonly scene: Scene;
  readonly asked: string[];
  readonly folder: string;
}

function fake({ store, scene, asked, folder }: Behind): Backstage {
  return {
    clock: { ...realClock, elapsedMs: () => realClock.elapsedMs() * scene.haste },
    openLedger: async () => breakable(memoryLedger(store), scene),
    openHouse: async (portfolio, options) =>
      openHouse(portfolio, { store, scene, hear: options.hear }),
    lock: async () => scene.lock,
    holder: async () => (scene.lock.kind === "busy" ? scene.lock.holder : null),
    unusable: (path) => scene.unusable.get(basename(path)) ?? null,
    repositoryAround: () => null,
    placeData: async () => null,
    lackOfRoom: async () => null,
    inspectMachine: async () => scene.findings,
    inspectProject: async (_, { name }) => {
      asked.push(`inspect ${name}`);
      return [];
    },
    patrol: async (_, { mends, only }) => {
      asked.push(`patrol ${mends ? "mends" : "looks"}${only === null ? "" : ` at ${only.join()}`}`);
      return scene.patrolled;
    },
    audit: async () => scene.audit,
    probe: async ({ held }) => ({
      held: held ? "nothing: a test" : null,
      rows: [{ name: "key", tries: "reads a key", escaped: !held, said: "no such file" }],
    }),
    enter: async (_, { name }, task) => {
      asked.push(`enter ${name} ${task}`);
      return 7;
    },
    detect: async () => ({
      testCommand: "npm test",
      lintCommand: null,
      setupCommand: null,
      fetching: scene.fetching,
      backlog: "claude_md",
    }),
    hasBranch: async (_, branch) => scene.branches.has(branch),
    rescues: async () => rescues,
    unmerged: async () => scene.unmerged,
    forget: async (_, { name }, { rescued }) => {
      asked.push(`forget ${name}${rescued ? " and what is rescued" : ""}`);
      return ["refs/orch"];
    },
    openDemo: async () => ({
      portfolioFile: join(folder, "orch.json"),
      folder,
      env: {},
      bill: () => ({ requests: 12, costUsd: 0.34 }),
      close: async () => void asked.push("close demo"),
    }),
    transcript: (_, project, name) => join(folder, "data", project, "transcripts", `${name}.jsonl`),
  };
}

/** A ledger whose file has been damaged. */
function breakable(ledger: Engine, scene: Scene): Engine {
  const check = (project: string): void => {
    if (project === scene.broken) throw new Error("file is not a database");
  };
  return {
    ...ledger,
    overview: async (project) => {
      check(project);
      return ledger.overview(project);
    },
    tasks: async (project, filter) => {
      check(project);
      return ledger.tasks(project, filter);
    },
  };
}

async function openHouse(
  portfolio: Portfolio,
  { store, scene, hear }: Pick<Behind, "store" | "scene"> & Pick<House, "hear">,
): Promise<OpenHouse> {
  let current = portfolio;
  if (scene.pauseOnOpen)
    for (const { name } of portfolio.projects)
      await memoryLedger(store).transact(name, {}, (view) =>
        pause(view, "not now", defaultRetryRules),
      );
  const sites = () => {
    const obstructed = new Set(scene.obstacles.map(({ project }) => project));
    const open = current.projects.filter(({ name, enabled }) => enabled && !obstructed.has(name));
    return new Map(open.map((each) => [each.name, siteOf(each)]));
  };
  const engine: Engine = scripted(
    memoryLedger(store),
    () => scene.planned,
    () => house,
  );
  const house: House = {
    engine,
    clock: realClock,
    sites,
    obstacle: async () => scene.lack.shift() ?? null,
    hear,
  };
  return {
    house,
    containment: "nothing: a test",
    confined: scene.confined,
    agentProblem: scene.agentProblem,
    obstacles: scene.obstacles,
    patrol: async () => scene.patrolled,
    reload: async (next) => {
      current = next;
      return scene.obstacles;
    },
    close: async () => undefined,
  };
}

/** The trail of a project's folder; where that is not there, nobody will read it. */
function journalOf(path: string): Journal {
  const journal = openJournal(path);
  return {
    write: async (entry) => (existsSync(path) ? journal.write(entry) : { kind: "written" }),
  };
}

/** A site whose world can only remember, and wait to be stopped. */
function siteOf({ name, path }: Pick<ProjectConfig, "name" | "path">): Site {
  const memos = new Map<string, string>();
  const aborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      const refuse = () => reject(new Error("stopped"));
      if (signal.aborted) refuse();
      signal.addEventListener("abort", refuse, { once: true });
    });
  const world = {
    clock: realClock,
    memo: {
      get: async (key: string) => memos.get(key) ?? null,
      put: async (key: string, value: string) => void memos.set(key, value),
    },
    repo: { sweep: async () => undefined, sync: aborted },
  } as unknown as World; // the scripted engine leaves nothing else to be asked
  return {
    name,
    world,
    settings: { workersMax: 3 } as unknown as Settings, // likewise
    limits: {
      workersMax: 3,
      portfolioWorkersMax: null,
      sessionUsd: { planner: 0.5, worker: 0.5, judge: 0.2, refinery: 0.5 },
      caps: { cycleUsd: null, dayUsd: null, portfolioDayUsd: null },
      keptForPerson: 0,
      rules: { ...defaultRetryRules, attemptsMax: 1 },
    },
    journal: journalOf(path),
    priority: 1,
    intervalMs: 60_000,
    planned: true,
  };
}
