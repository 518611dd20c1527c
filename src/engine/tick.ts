/** The loop that serves projects: settles what the state asks for, claims what may start, runs it. */
import type { ProjectName } from "../core/ids.ts";
import type { Job, View, WaitsFor } from "../core/ledger.ts";
import { admitBy } from "../core/schedule.ts";
import { settle } from "../core/settle.ts";
import type { House, Site } from "./house.ts";
import { runJob } from "./run-job.ts";

export interface Service {
  /** Projects to serve, the first ones first. */
  readonly projects: () => readonly ProjectName[];
  /** Which jobs to take at all; the others stay queued. */
  readonly takes: (project: ProjectName, job: Job) => boolean;
  /** Asked after each round; true ends the service once the running jobs have ended. */
  readonly isOver: () => Promise<boolean>;
  /** Called when a job has ended, for what is derived from the ledger. */
  readonly ended: (project: ProjectName) => Promise<void>;
  /** Faults of the service itself, for the person. */
  readonly fault: (project: ProjectName, fault: unknown) => void;
}

/** Longest wait between two looks at the ledger, in milliseconds. */
const tickMs = 1_000;
/** Shortest one, so that a job that is refused again and again does not spin. */
const tickMinMs = 20;

/** Serves until told to drain, or until it is over; `stop` ends the running jobs too. */
export async function serve(
  house: House,
  service: Service,
  { drain, stop }: { readonly drain: AbortSignal; readonly stop: AbortSignal },
): Promise<void> {
  const running = new Map<Promise<void>, ProjectName>();
  const told = new Map<ProjectName, number>();
  const wake = AbortSignal.any([drain, stop]);
  let complained: string | null = null;
  while (!wake.aborted) {
    let wait = tickMs;
    const obstacle = await house.obstacle();
    for (const name of service.projects()) {
      if (wake.aborted) break;
      if (obstacle === null)
        wait = Math.min(wait, await serveOne(house, service, { name, running, told, stop }));
      else if (obstacle !== complained) service.fault(name, obstacle);
    }
    complained = obstacle;
    if (await service.isOver()) break;
    await house.engine.changed(Math.max(tickMinMs, wait), wake);
  }
  await Promise.all(running.keys());
}

interface Round {
  readonly name: ProjectName;
  readonly running: Map<Promise<void>, ProjectName>;
  /** Number of the newest event when what is derived from the ledger was last brought up to date. */
  readonly told: Map<ProjectName, number>;
  readonly stop: AbortSignal;
}

/** Starts all that may start in one project; returns milliseconds until it is worth asking again. */
async function serveOne(house: House, service: Service, round: Round): Promise<number> {
  const { name, running, stop } = round;
  const site = house.sites().get(name);
  if (site === undefined) return tickMs;
  try {
    await catchUp(service, round, await settleProject(house, site));
    const admit = admitBy(site.limits);
    for (;;) {
      const claim = await house.engine.claim(name, (view, portfolio, job, token) =>
        service.takes(name, job)
          ? admit(view, portfolio, job, token)
          : { kind: "later", at: job.runAt, why: asBefore(job) },
      );
      if (claim.kind === "idle")
        return claim.until === null ? tickMs : claim.until - house.clock.now();
      const job = runJob(house, claim.delivery, stop)
        .catch((fault) => service.fault(name, fault))
        .then(() => service.ended(name))
        .catch((fault) => service.fault(name, fault))
        .finally(() => running.delete(job));
      running.set(job, name);
    }
  } catch (fault) {
    service.fault(name, fault);
    return tickMs;
  }
}

/** Whoever leaves a job to others leaves the reason too, or two of them would correct each other for ever. */
const asBefore = ({ state }: Job): WaitsFor =>
  state.at === "queued" && state.waitsFor !== null
    ? (state.waitsFor as WaitsFor) // nothing else is ever written there
    : "turn: not part of this run";

/** What people and `settle` write is told too, where no job that runs will have it told at its end. */
async function catchUp(
  { ended }: Service,
  { name, running, told }: Round,
  cursor: number,
): Promise<void> {
  if (told.get(name) === cursor || [...running.values()].includes(name)) return;
  await ended(name);
  told.set(name, cursor);
}

/** Writes what follows from the state alone; returns the number of the newest event before. */
export async function settleProject({ engine }: House, site: Site): Promise<number> {
  const { openCycle, cursor } = await engine.overview(site.name);
  const needs = openCycle === null ? {} : { tasks: openCycle.tasks };
  await engine.transact(site.name, needs, (view: View) => settle(view, site.limits.rules));
  return cursor;
}
