/** Runs cycles in this process and tells how they go. */

import { keysHanded } from "../core/handed.ts";
import type { CycleId, ProjectName } from "../core/ids.ts";
import { wrongAddress } from "../core/model-address.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import type { OpenHouse } from "./backstage.ts";
import type { Desk } from "./desk.ts";
import { Complaint, exitCodes, failure, misuse } from "./exit-codes.ts";
import { openFollower } from "./follow.ts";
import { openLandings } from "./landings.ts";
import { liveWarning } from "./live-use.ts";
import { openProgress, type Progress } from "./progress.ts";
import { type CycleReport, codeOf, reportsOn } from "./report.ts";
import { line } from "./sanitize.ts";
import { openStopping } from "./stopping.ts";

export interface RunRequest {
  readonly portfolio: Portfolio;
  /** In the order in which they are served. */
  readonly projects: readonly ProjectConfig[];
  readonly cycles: number;
  /** Stands before the process's environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly reports: readonly CycleReport[];
  readonly code: number;
}

/** Runs cycles to their ends, or until a signal. */
export async function runHere(desk: Desk, request: RunRequest): Promise<RunResult> {
  const { portfolio, projects, env } = request;
  refuseWrongAddress({ ...desk.io.env, ...env });
  const backstage = await desk.backstage();
  const progress = openProgress(desk, portfolio.logLevel, () => backstage.clock.now());
  const stopping = openStopping(desk.io, "run", progress.say);
  try {
    const only = projects.map(({ name }) => name);
    const open = await backstage.openHouse(portfolio, { hear: progress.hear, only, env });
    try {
      const { names, obstructed } = runnable(open, projects, progress);
      // what cannot be tidied up keeps nobody from working
      await open.patrol().catch((fault) => progress.say(`orch: patrol: ${line(String(fault))}`));
      const surroundings = { ...desk.io.env, ...env };
      const warning = open.confined ? null : liveWarning(surroundings, desk.colour.err);
      if (warning !== null) progress.say(warning);
      warnOfKeys(projects, surroundings, progress);
      const reports = await cycle(open, { ...request, names }, { progress, signals: stopping });
      const worst = obstructed ? exitCodes.failed : codeOf(reports);
      return { reports, code: stopping.code() ?? worst };
    } finally {
      await open.close();
    }
  } finally {
    stopping.close();
    progress.close();
  }
}

/** The projects that can be run; says why others cannot. */
function runnable(
  { obstacles, agentProblem, house }: OpenHouse,
  projects: readonly ProjectConfig[],
  progress: Pick<Progress, "say">,
): { readonly names: readonly ProjectName[]; readonly obstructed: boolean } {
  for (const { project, what, hint } of obstacles)
    progress.say(`orch: ${project}: ${line(what)}\n  ${line(hint)}`);
  const names = projects.map(({ name }) => name).filter((name) => house.sites().has(name));
  if (names.length === 0)
    throw misuse("no project can be opened", "`orch doctor` looks at them one by one");
  refuseWithoutAgent(agentProblem);
  return { names, obstructed: obstacles.length > 0 };
}

/** Says once which keys projects are handed. */
function warnOfKeys(
  projects: readonly ProjectConfig[],
  env: Desk["io"]["env"],
  { say }: Pick<Progress, "say">,
): void {
  for (const project of projects) {
    const keys = keysHanded(project.env, env);
    if (keys !== null) say(`orch: ${project.name}: ${line(keys.what)}\n  ${line(keys.hint)}`);
  }
}

/** Throws where the model is to be asked at what is no address. */
export function refuseWrongAddress(env: Desk["io"]["env"]): void {
  const trouble = wrongAddress(env);
  if (trouble !== null) throw misuse(trouble.what, trouble.hint);
}

/** Throws where the data folder lies inside a project. */
export async function refuseMisplacedData(desk: Desk, portfolio: Portfolio): Promise<void> {
  const trouble = await (await desk.backstage()).placeData(portfolio);
  if (trouble !== null) throw misuse(trouble.what, trouble.hint);
}

/** Throws where the data folder cannot be written, or has no room for work to be begun. */
export async function refuseWithoutRoom(desk: Desk, portfolio: Portfolio): Promise<void> {
  const lack = await (await desk.backstage()).lackOfRoom(portfolio);
  if (lack !== null) throw failure(lack.what, lack.hint);
}

const hints = {
  noKey: "`orch demo` needs neither key nor login",
  noBinary: "install it, then look with `orch doctor`",
  noSandbox: "mend that, then look with `orch doctor`",
} as const;

/** Throws where sessions cannot start at all. */
export function refuseWithoutAgent(problem: OpenHouse["agentProblem"]): void {
  if (problem === null) return;
  const missing = problem.kind === "noKey";
  throw new Complaint(
    missing ? exitCodes.keyMissing : exitCodes.failed,
    problem.detail,
    hints[problem.kind],
  );
}

interface Company {
  readonly progress: Progress;
  readonly signals: { readonly drain: AbortSignal; readonly stop: AbortSignal };
}

async function cycle(
  { house, containment }: OpenHouse,
  request: RunRequest & { readonly names: readonly ProjectName[] },
  { progress, signals }: Company,
): Promise<readonly CycleReport[]> {
  const { runCycles } = await import("../engine/cycle.ts");
  const { names, cycles, projects } = request;
  const entered: { readonly project: ProjectName; readonly id: CycleId }[] = [];
  const landings = openLandings(progress.tell);
  const follower = await openFollower(house.engine, () => names, landings.tell);
  progress.say(`agents and checks are held by ${line(containment)}`);
  const over = new AbortController();
  const following = follower.follow(over.signal);
  try {
    await runCycles(
      house,
      {
        projects: names,
        cycles,
        entered: (project, id) => entered.push({ project, id }),
        fault: (project, why) => progress.say(`orch: ${project}: ${line(why, 500)}`),
      },
      signals,
    );
  } finally {
    over.abort();
    await following;
  }
  await follower.catchUp();
  const course = { entered, landed: landings.heard() };
  return reportsOn(house.engine, projects, course, house.clock.now());
}
