/**
 * The loop that serves projects: settles what the state asks for, claims what may start, runs it.
 */
import type { ProjectName } from "../core/ids.ts";
import type { Admission, Job, WaitsFor } from "../core/ledger.ts";
import { admitBy } from "../core/schedule.ts";
import type { House } from "./house.ts";
import { runJob } from "./run-job.ts";
import { openSettling, type Settle } from "./settling.ts";

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
  const running = new Map<string, Running>();
  const wake = AbortSignal.any([drain, stop]);
  const settle = openSettling(house);
  let told: string | null = null;
  while (!wake.aborted) {
    let wait = tickMs;
    const obstacle = await house.obstacle();
    for (const name of service.projects()) {
      if (wake.aborted) break;
      if (obstacle === null)
        wait = Math.min(wait, await serveOne(house, service, { name, running, settle, stop }));
      else if (obstacle !== told) service.fault(name, obstacle);
    }
    told = obstacle;
    if (await service.isOver()) break;
    await house.engine.changed(Math.max(tickMinMs, wait), wake);
  }
  await Promise.all([...running.values()].map(({ job }) => job));
}

interface Running {
  readonly project: ProjectName;
  readonly job: Promise<void>;
}

interface Round {
  readonly name: ProjectName;
  /** What is being done here, by project and job. */
  readonly running: Map<string, Running>;
  readonly settle: Settle;
  readonly stop: AbortSignal;
}

/**
 * Starts all that may start in one project; returns milliseconds until it is worth asking again.
 */
async function serveOne(house: House, service: Service, round: Round): Promise<number> {
  const { name, running, stop } = round;
  const site = house.sites().get(name);
  if (site === undefined) return tickMs;
  try {
    const looked = await round.settle(site);
    // what people and `settle` wrote is told too, where no job that runs will have it told at its end
    const isBusy = [...running.values()].some(({ project }) => project === name);
    if (looked && !isBusy) await service.ended(name);
    const admit = admitBy(site.limits);
    for (;;) {
      const claim = await house.engine.claim(name, (view, portfolio, job, token) => {
        if (!service.takes(name, job)) return notNow(job, asBefore(job));
        // its lease ran out while this process slept, or by a clock that jumped: it goes on
        if (running.has(keyOf(name, job))) return notNow(job, "turn: it is being done here");
        return admit(view, portfolio, job, token);
      });
      if (claim.kind === "idle")
        return claim.until === null ? tickMs : claim.until - house.clock.now();
      const key = keyOf(name, claim.delivery.job);
      const job = runJob(house, claim.delivery, stop)
        .catch((fault) => service.fault(name, fault))
        .then(() => service.ended(name))
        .catch((fault) => service.fault(name, fault))
        .finally(() => running.delete(key));
      running.set(key, { project: name, job });
    }
  } catch (fault) {
    service.fault(name, fault);
    return tickMs;
  }
}

const keyOf = (project: ProjectName, { id }: Job): string => `${project} ${id}`;

const notNow = (job: Job, why: WaitsFor): Admission => ({ kind: "later", at: job.runAt, why });

/** Whoever leaves a job to others leaves the reason too, or two would correct each other for ever. */
const asBefore = ({ state }: Job): WaitsFor =>
  state.at === "queued" && state.waitsFor !== null
    ? (state.waitsFor as WaitsFor) // nothing else is ever written there
    : "turn: not part of this run";
