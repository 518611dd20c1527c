/** Draws the projects of a run: how many, how each wants things done. */
import { type ProjectName, projectName } from "../../../src/core/ids.ts";
import { openGit } from "./git.ts";
import type { Random } from "./random.ts";
import type { Land, Rules } from "./universe.ts";

const files = Object.fromEntries(
  ["a", "b", "c", "CLAUDE.md"].map((path) => [path, `${path} as it was\n`]),
);

/** Draws two or three projects. */
export function drawLands(random: Random): ReadonlyMap<ProjectName, Land> {
  const lands = new Map<ProjectName, Land>();
  const many = random.chance(0.7) ? 2 : 3;
  const portfolio = {
    portfolioWorkersMax: random.chance(0.5) ? random.between(1, 4) : null,
    portfolioDayUsd: random.chance(0.25) ? random.between(3, 12) : null,
    // a machine has a gateway, or the agent's own login
    metered: random.chance(0.8),
  };
  for (let i = 0; i < many; i += 1) {
    const name = projectName(`project${i}`);
    lands.set(name, {
      name,
      git: openGit(files),
      pushes: [],
      rooms: new Map(),
      pool: { shield: [], files: new Map() },
      memo: new Map(),
      journal: new Map(),
      checkout: { dirty: new Set(), busy: false },
      runs: new Map(),
      rules: drawRules(random, portfolio),
      poison: null,
    });
  }
  return lands;
}

function drawRules(
  random: Random,
  portfolio: {
    readonly portfolioWorkersMax: number | null;
    readonly portfolioDayUsd: number | null;
    readonly metered: boolean;
  },
): Rules {
  const { portfolioWorkersMax, portfolioDayUsd, metered } = portfolio;
  const test = { name: "test", command: "test", timeoutMs: 20_000 };
  const tries = () => {
    const attemptsMax = random.between(1, 3);
    // as low as the other: what is lost for good must come up
    const triesMax = random.between(2, 4);
    return { attemptsMax, triesMax, lossesMax: triesMax };
  };
  const lint = { name: "lint", command: "lint", timeoutMs: 20_000 };
  return {
    limits: {
      workersMax: random.between(1, 3),
      ...{ portfolioWorkersMax, metered },
      sessionUsd: { planner: 1, worker: 2, judge: 0.5, refinery: 1 },
      caps: {
        cycleUsd: random.chance(0.2) ? random.between(2, 12) : null,
        dayUsd: random.chance(0.25) ? random.between(2, 6) : null,
        portfolioDayUsd,
      },
      keptForPerson: 0,
      rules: {
        ...tries(),
        resolutionsMax: random.pick([0, 1, 2, 2]),
        backoffMs: 2_000,
        backoffMaxMs: 300_000,
        failuresMax: 5,
      },
    },
    checks: random.chance(0.1) ? [] : random.chance(0.3) ? [test, lint] : [test],
    named: random.chance(0.7),
    planned: random.chance(0.8),
    push: random.chance(0.5),
    intervalMs: random.between(60_000, 300_000),
    priority: random.between(0, 2),
  };
}
