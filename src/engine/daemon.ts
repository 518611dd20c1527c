/** `orch start`: serves all enabled projects on their schedules until it is told to stop. */
import { dueAfter } from "../core/cycle.ts";
import type { ProjectName } from "../core/ids.ts";
import { jobForCycle } from "../core/jobs.ts";
import { askForCycle, type Signals } from "./cycle.ts";
import type { House, Site } from "./house.ts";
import { openOutbox } from "./outbox.ts";
import { serve } from "./tick.ts";

export interface DaemonRequest {
  /** Enabled projects in the order in which they are served; asked in every round. */
  readonly projects: () => readonly ProjectName[];
  readonly fault: (project: ProjectName, why: string) => void;
  /** Looks after what is on the disk; called at the start and every ten minutes. Never rejects. */
  readonly patrol?: () => Promise<void>;
}

/** What a death left waits for the start; all else grows slowly. */
const patrolMs = 600_000;

/** Serves until `drain` or `stop`; each project's first cycle begins at once. */
export async function runDaemon(
  house: House,
  { projects, fault, patrol = async () => {} }: DaemonRequest,
  signals: Signals,
): Promise<void> {
  const outbox = openOutbox(house, fault);
  const met = new Set<ProjectName>();
  const sendNext = openSending(house);
  const schedule = async (): Promise<void> => {
    for (const name of projects()) {
      const site = house.sites().get(name);
      if (site === undefined) continue;
      try {
        if (met.has(name)) await sendNext(site);
        else await meet(name);
      } catch (why) {
        fault(name, String(why));
      }
    }
  };
  const meet = async (name: ProjectName): Promise<void> => {
    await house.engine.recover(name);
    await outbox.flush(name);
    await askForCycle(house, name, "schedule", 0);
    await hasten(house, name);
    met.add(name);
  };
  await schedule();
  await patrol();
  let patrolledAt = house.clock.elapsedMs();
  let patrolling = Promise.resolve();
  const round = (): void => {
    if (house.clock.elapsedMs() - patrolledAt < patrolMs) return;
    patrolledAt = house.clock.elapsedMs();
    patrolling = patrolling.then(patrol); // beside the jobs: what they use is locked
  };
  const service = {
    projects: () => projects().filter((name) => met.has(name)),
    takes: () => true,
    isOver: async () => {
      await schedule();
      round();
      return false;
    },
    ended: outbox.flush,
    fault: (name: ProjectName, why: unknown) => fault(name, String(why)),
  };
  await serve(house, service, signals);
  await patrolling;
}

/** The schedule goes on from the start of the last cycle; missed ones collapse to one. */
function openSending(house: House): (site: Site) => Promise<void> {
  const sent = new Map<ProjectName, string>(); // the ledger's version in which a cycle was there
  return async ({ name, intervalMs }) => {
    const version = await house.engine.version(name);
    if (sent.get(name) === version) return;
    const { openCycle, lastCycle, nextCycleAt } = await house.engine.overview(name);
    if (openCycle !== null || nextCycleAt !== null) {
      sent.set(name, version);
      return;
    }
    const now = house.clock.now();
    const dueAt = dueAfter(lastCycle, intervalMs, now);
    await askForCycle(house, name, "schedule", Math.max(0, dueAt - now));
  };
}

/** A cycle that waits for its time begins now: whoever starts the daemon wants to see it work. */
async function hasten({ engine }: House, name: ProjectName): Promise<void> {
  await engine.transact(name, {}, (view) => ({
    changes: view.cycles
      .filter(({ state }) => state.at === "queued")
      .map((cycle) => ({ kind: "send", job: jobForCycle(cycle, view.now) })),
    answer: null,
  }));
}
