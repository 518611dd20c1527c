/** One project, put together from its entry in the portfolio. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import picomatch from "picomatch";
import { openBacklog } from "../adapters/backlog/backlog.ts";
import { machineClock } from "../adapters/clock.ts";
import { openDependencies } from "../adapters/dependencies/open.ts";
import { openRepo, type RepoOptions } from "../adapters/git/open-repo.ts";
import { openJournal } from "../adapters/journal/journal.ts";
import { openMemo } from "../adapters/memo.ts";
import { openReports } from "../adapters/reports/reports.ts";
import { chosen } from "../adapters/sandbox/toolchains.ts";
import { escalationOf } from "../core/escalation.ts";
import { heldLine } from "../core/held.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { defaultRetryRules } from "../core/retry.ts";
import type { Limits } from "../core/schedule.ts";
import type { Site } from "../engine/house.ts";
import type { CheckSpec, Settings, World } from "../stages/context.ts";
import { readContracts } from "./contracts.ts";
import type { Machine } from "./machine.ts";

/** Planning reads more than a task does; judging less. */
const plannerTimeoutMs = 15 * 60_000;
const judgeTimeoutMs = 10 * 60_000;

/** Opens a project; throws `RepoError` where its repository cannot be worked with. */
export async function openSite(
  portfolio: Portfolio,
  project: ProjectConfig,
  machine: Machine,
  signal: AbortSignal,
): Promise<Site> {
  const folder = join(portfolio.dataDir, project.name);
  // whoever is given it finds it there
  for (const each of [cachesOf(folder, "agents"), hubsOf(portfolio.dataDir)])
    await mkdir(each, { recursive: true, mode: 0o700 });
  return {
    name: project.name,
    world: await openWorld(portfolio, project, machine, signal),
    settings: settingsOf(project, machine, {
      held: holdingOf(portfolio, project, machine),
      contracts: await readContracts(portfolio.file, project),
      folder,
    }),
    limits: limitsOf(portfolio, project, machine),
    journal: openJournal(project.path, machine.redact),
    priority: project.priority,
    intervalMs: project.cycleIntervalMinutes * 60_000,
    planned: project.backlogSource !== "manual",
  };
}

async function openWorld(
  { dataDir }: Portfolio,
  project: ProjectConfig,
  machine: Machine,
  signal: AbortSignal,
): Promise<World> {
  const folder = join(dataDir, project.name);
  const shell = machine.shell(cachesOf(folder, "checks"), project.limits);
  const repo = await openRepo(repoOptions(dataDir, project), signal);
  return {
    repo,
    clock: machineClock,
    agent: machine.agent,
    shell,
    dependencies: openDependencies({
      shell,
      storeDir: join(folder, "dependencies"),
      setupCommand: project.setupCommand,
      env: { ...machine.network, ...chosen(machine.env, project.env) },
      path: machine.path,
      network: project.setupNetwork,
      timeoutMs: project.setupTimeoutSeconds * 1_000,
    }),
    reports: openReports(),
    backlog: openBacklog(project, repo),
    memo: openMemo(join(folder, "memo"), machine.redact),
    match: (glob, path) => picomatch.isMatch(path, glob, { dot: true }),
  };
}

/**
 * Where toolchains keep their downloads and what they built: what agents put there must not be what
 * checks find, or a result could be left for them.
 */
const cachesOf = (folder: string, whose: "agents" | "checks"): string =>
  join(folder, "caches", whose);

const hubsOf = (dataDir: string): string => join(dataDir, "hubs");

/** Where a project's code and clones are. */
export const repoOptions = (dataDir: string, project: ProjectConfig): RepoOptions => ({
  project: project.name,
  path: project.path,
  branch: project.branch,
  branchPrefix: project.gitBranchPrefix,
  author: personOf(project.gitAuthor),
  hubsDir: hubsOf(dataDir),
  workspacesDir: join(dataDir, project.name, "workspaces"),
  now: machineClock.now,
});

function settingsOf(
  project: ProjectConfig,
  machine: Machine,
  given: Pick<Settings, "contracts" | "held"> & { readonly folder: string },
): Settings {
  const { contracts, held, folder } = given;
  const caches = cachesOf(folder, "agents");
  const checks = checksOf(project);
  const { setupCommand, setupNetwork, network } = project;
  const machines = [process.version, process.platform, process.arch];
  const identity = [setupCommand, setupNetwork, network, ...machines];
  const workerMs = project.workerTimeoutSeconds * 1_000;
  const { model, plannerModel, judgeModel } = project;
  return {
    name: project.name,
    models: { planner: plannerModel, worker: model, judge: judgeModel, refinery: model },
    escalation: escalationOf(project.escalationModel, model),
    timeoutsMs: {
      planner: plannerTimeoutMs,
      worker: workerMs,
      judge: judgeTimeoutMs,
      refinery: workerMs,
    },
    checks,
    contracts,
    held,
    environment: createHash("sha256").update(JSON.stringify(identity)).digest("hex"),
    caches: machine.sandbox.confines ? [caches] : [],
    network: project.network,
    resources: project.limits,
    toolchains: machine.toolchains(caches),
    env: chosen(machine.env, project.env),
    workersMax: project.maxWorkers,
    push: project.push,
    transcript: (name) => join(folder, "transcripts", `${name}.jsonl`),
  };
}

/** What a person reads the morning after, with what was done under it. */
function holdingOf(
  { sandbox: wanted }: Portfolio,
  { network }: ProjectConfig,
  { sandbox, gateway }: Machine,
): string {
  const by = sandbox.kind === "group" ? "process group" : sandbox.kind;
  const metered = gateway.credential !== null;
  return heldLine({
    ...{ by, metered, network, confines: sandbox.confines, isOff: wanted === "off" },
  });
}

function checksOf(project: ProjectConfig): readonly CheckSpec[] {
  const timeoutMs = project.checkTimeoutSeconds * 1_000;
  const commands = { test: project.testCommand, lint: project.lintCommand };
  return Object.entries(commands)
    .filter(([, command]) => command.trim() !== "")
    .map(([name, command]) => ({ name, command, timeoutMs }));
}

function limitsOf(portfolio: Portfolio, project: ProjectConfig, { gateway }: Machine): Limits {
  return {
    workersMax: project.maxWorkers,
    portfolioWorkersMax: portfolio.maxWorkers,
    sessionUsd: {
      planner: project.plannerBudget,
      worker: project.maxBudgetPerTask,
      judge: project.judgeBudget,
      refinery: project.maxBudgetPerTask,
    },
    metered: gateway.credential !== null,
    caps: {
      requestUsd: project.maxBudgetPerRequest,
      cycleUsd: project.maxBudgetPerCycle,
      dayUsd: project.maxBudgetPerDay,
      portfolioDayUsd: portfolio.maxBudgetPerDay,
    },
    keptForPerson: portfolio.keepForMe / 100,
    rules: {
      ...defaultRetryRules,
      attemptsMax: project.maxAttempts,
      failuresMax: project.maxFailuresInARow,
    },
  };
}

function personOf(text: string | null): { readonly name: string; readonly email: string } | null {
  const match = /^(.+?)\s*<([^<>]+)>$/.exec(text ?? "");
  const [, name, email] = match ?? [];
  return name === undefined || email === undefined ? null : { name, email };
}
