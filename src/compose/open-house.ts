/** Opens everything that cycles need; a project that cannot be opened does not stop the others. */
import { homedir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { machineClock } from "../adapters/clock.ts";
import type { HouseOptions, Obstacle, OpenHouse } from "../cli/backstage.ts";
import type { ProjectName } from "../core/ids.ts";
import type { Portfolio } from "../core/portfolio.ts";
import type { Site } from "../engine/house.ts";
import { RepoError } from "../ports/repo.ts";
import { ContractError } from "./contracts.ts";
import { whyMisplaced } from "./data-place.ts";
import type { Environment } from "./environment.ts";
import { type Machine, openMachine } from "./machine.ts";
import { openLedger } from "./open-ledger.ts";
import { patrolPortfolio } from "./patrol.ts";
import { lackOfRoom } from "./room.ts";
import { openSite } from "./site.ts";

/** Opens the projects of a portfolio for work. */
export async function openHouse(
  portfolio: Portfolio,
  options: HouseOptions,
  env: Environment,
): Promise<OpenHouse> {
  const never = new AbortController().signal;
  setFlagsFromString("--opt"); // a house lives long: what is hot in it is worth compiling
  // a model that we bring along plays a script: there is nobody to be confined
  const scripted = options.env?.["ANTHROPIC_BASE_URL"] !== undefined;
  const asked = { ...portfolio, scripted };
  const machine = await openMachine(asked, { ...env, ...options.env }, never);
  await machine.sandbox.sweep(null, never); // whoever opens the house has the data folder's lock
  await machine.sweepHomes();
  const engine = openLedger(portfolio, machine.env, machine.redact);
  let sites: ReadonlyMap<ProjectName, Site> = new Map();
  let inForce = portfolio;
  const load = async (from: Portfolio): Promise<readonly Obstacle[]> => {
    machine.learn(from.projects);
    const opened = await openSites(from, options, machine);
    sites = opened.sites;
    inForce = from;
    return opened.obstacles;
  };
  const obstacles = await load(portfolio);
  return {
    house: {
      engine,
      clock: machineClock,
      sites: () => sites,
      hear: options.hear,
      obstacle: async () => (await lackOfRoom(portfolio.dataDir))?.what ?? null,
    },
    containment: machine.sandbox.promise,
    confined: machine.sandbox.confines,
    agentProblem: await machine.agent.ready(never),
    obstacles,
    patrol: () => {
      const round = { only: [...sites.keys()], mends: true, alone: false, thorough: false };
      return patrolPortfolio(inForce, engine, round);
    },
    reload: load,
    close: async () => {
      await machine.gateway.close();
      await engine.close();
    },
  };
}

async function openSites(
  portfolio: Portfolio,
  { only }: HouseOptions,
  machine: Machine,
): Promise<{
  readonly sites: ReadonlyMap<ProjectName, Site>;
  readonly obstacles: readonly Obstacle[];
}> {
  const sites = new Map<ProjectName, Site>();
  const obstacles: Obstacle[] = [];
  const never = new AbortController().signal;
  const wanted = portfolio.projects.filter(({ name, enabled }) =>
    only === null ? enabled : only.includes(name),
  );
  for (const project of wanted) {
    const misplaced = whyMisplaced(portfolio.dataDir, [project]);
    if (misplaced !== null) {
      obstacles.push({ project: project.name, ...misplaced });
      continue;
    }
    try {
      sites.set(project.name, await openSite(portfolio, project, machine, never));
    } catch (fault) {
      obstacles.push({ project: project.name, ...explain(fault) });
    }
  }
  return { sites, obstacles };
}

function explain(fault: unknown): { readonly what: string; readonly hint: string } {
  if (fault instanceof RepoError || fault instanceof ContractError)
    return { what: fault.message, hint: fault.hint };
  const what = fault instanceof Error ? fault.message : String(fault);
  return { what: what.replaceAll(homedir(), "~"), hint: "run `orch doctor` to look into it" };
}
