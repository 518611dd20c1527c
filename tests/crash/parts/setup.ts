/** How a program of a test differs from the one that people run. */
import { dayOf, machineClock } from "../../../src/adapters/clock.ts";
import { openSqliteEngine } from "../../../src/adapters/engine/sqlite/engine.ts";
import { isOwnerAlive } from "../../../src/adapters/engine/sqlite/owner.ts";
import type { Backstage } from "../../../src/cli/backstage.ts";

/** Where something happens to the process: `before repo.open work-alder-1 #1`. */
export type Point = string;

export interface Setup {
  /** File to which every call with an effect is written. */
  readonly trace: string;
  readonly point?: Point;
  /** What happens there; death where it is left out. */
  readonly signal?: "SIGKILL" | "SIGSTOP";
  /** Length of leases, renewed three times as often. */
  readonly leaseMs?: number;
  /** Name under which jobs are held. */
  readonly owner?: string;
  /** Works although somebody else has the data folder's lock. */
  readonly unlocked?: boolean;
}

/** To itself a process is alive, whatever its name. */
const aliveAs = (own: string) => (owner: string) => owner === own || isOwnerAlive(owner);

/** The backstage with what the set-up asks for in place of the usual. */
export function underSetup(backstage: Backstage, setup: Setup): Backstage {
  const { leaseMs, owner, unlocked } = setup;
  const own = leaseMs !== undefined || owner !== undefined;
  return {
    ...backstage,
    ...(unlocked === true ? { lock: async () => ({ kind: "held", release: async () => {} }) } : {}),
    openHouse: async (given, options) => {
      // spelled otherwise it is marked otherwise: who has no lock must not sweep what the other
      // runs
      const dataDir = unlocked === true ? `${given.dataDir}/.` : given.dataDir;
      const portfolio = { ...given, dataDir };
      const open = await backstage.openHouse(portfolio, options);
      if (!own) return open;
      await open.close();
      const engine = openSqliteEngine({
        ...{ dataDir: portfolio.dataDir, clock: machineClock, dayOf },
        ...(leaseMs === undefined ? {} : { leaseMs }),
        ...(owner === undefined ? {} : { owner, alive: aliveAs(owner) }),
      });
      return { ...open, house: { ...open.house, engine }, close: () => engine.close() };
    },
  };
}
