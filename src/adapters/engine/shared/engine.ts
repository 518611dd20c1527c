/** The engine over any storage whose transactions are synchronous. */
import { type Instant, instant, later, type ProjectName } from "../../../core/ids.ts";
import type { Decision, Needs, View } from "../../../core/ledger.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Delivery, Engine, Finish } from "../../../ports/engine.ts";
import { applyChanges, type Mirror, removeJob, requeue } from "./apply.ts";
import { type Claiming, claimJob, idleUntil } from "./claim.ts";
import { isOrphan } from "./jobs.ts";
import { readLedger } from "./ledger.ts";
import { reconcile } from "./reconcile.ts";
import type { JobRow, ProjectReads, ProjectRows, Storage } from "./storage.ts";
import { type Moment, viewOf } from "./view.ts";

export interface EngineOptions {
  readonly storage: Storage;
  readonly clock: Pick<Clock, "now" | "random">;
  /** The calendar day of a moment, `YYYY-MM-DD` in the person's time zone. */
  readonly dayOf: (at: Instant) => string;
  /** Names this process among all that may hold jobs. */
  readonly owner: string;
  readonly alive: (owner: string) => boolean;
  readonly leaseMs: number;
  readonly renewMs: number;
}

/** The portfolio keeps shares as long as they may count towards today's caps. */
const sharesKeptMs = 48 * 3_600_000;

/** Builds an engine. */
export function buildEngine(options: EngineOptions): Engine {
  const { storage, clock, dayOf, alive, renewMs } = options;
  const moment = (project: ProjectName): Moment => {
    const now = clock.now();
    return { project, now, day: dayOf(now), chance: clock.random(), alive };
  };
  return {
    ...readLedger({ storage, alive, today: () => dayOf(clock.now()) }),
    ...takers(options, moment),
    async transact(project, needs, decide) {
      return storage.write(project, (rows) => {
        const mirror: Mirror = { raise: [], lower: [] };
        const answer = carryOut(rows, moment(project), { needs, decide }, mirror);
        return { ...answer, ...mirror };
      });
    },
    async finish<A>(
      delivery: Delivery,
      needs: Needs,
      decide: (view: View) => Decision<A>,
    ): Promise<Finish<A>> {
      return storage.write<Finish<A>>(delivery.project, (rows) => {
        const mirror: Mirror = { raise: [], lower: [] };
        const row = heldBy(rows, options.owner, delivery);
        if (row === null) return { answer: { kind: "fenced" }, wrote: false, ...mirror };
        const at = moment(delivery.project);
        removeJob(rows, at, row, mirror);
        const { answer } = carryOut(rows, at, { needs, decide }, mirror);
        return { answer: { kind: "finished", answer }, wrote: true, ...mirror };
      });
    },
    changed: (ms, signal) => storage.changed(ms, signal),
    renewMs,
    async close() {
      storage.close();
    },
  };
}

function carryOut<A>(
  rows: ProjectRows,
  moment: Moment,
  asked: { readonly needs: Needs; readonly decide: (view: View) => Decision<A> },
  mirror: Mirror,
): { readonly answer: A; readonly wrote: boolean } {
  const { changes, answer } = asked.decide(viewOf(rows, moment, asked.needs));
  applyChanges(rows, moment, changes, mirror);
  return { answer, wrote: changes.length > 0 };
}

function takers(
  { storage, dayOf, owner, alive, leaseMs }: EngineOptions,
  moment: (project: ProjectName) => Moment,
): Pick<Engine, "claim" | "renew" | "recover"> {
  return {
    async claim(project, admit) {
      const claiming: Claiming = { ...moment(project), owner, leaseMs, admit };
      // most projects have nothing to do at most moments: find that out without a lock
      const until = storage.read(
        project,
        (rows) => idleUntil(rows, claiming),
        () => null,
      );
      if (until !== claiming.now) return { kind: "idle", until };
      return storage.write(project, (rows, portfolio) => {
        const mirror: Mirror = { raise: [], lower: [] };
        const { claim, wrote } = claimJob(rows, portfolio, claiming, mirror);
        return { answer: claim, wrote, ...mirror };
      });
    },
    async renew(delivery) {
      return storage.write(delivery.project, (rows) => {
        const row = heldBy(rows, owner, delivery);
        if (row !== null) rows.putJob(prolonged(row, later(moment(delivery.project).now, leaseMs)));
        return { answer: row !== null, wrote: false, raise: [], lower: [] };
      });
    },
    async recover(project) {
      if (!storage.read(project, always, never)) return;
      const at = moment(project);
      storage.write(project, (rows, portfolio) => {
        const mirror: Mirror = { raise: [], lower: [] };
        const orphans = rows.jobs().filter((row) => isOrphan(row, alive));
        for (const row of orphans) requeue(rows, row, mirror);
        const sinceDay = dayOf(instant(at.now - sharesKeptMs));
        reconcile(rows, portfolio, { project, sinceDay }, mirror);
        return { answer: null, wrote: orphans.length > 0, ...mirror };
      });
    },
  };
}

const always = () => true;
const never = () => false;

/** The row of a delivery that nobody has taken over; a lease that merely ran out is still held. */
function heldBy(rows: ProjectReads, owner: string, { job, token }: Delivery): JobRow | null {
  const row = rows.jobOf(job.queue, job.subject);
  if (row === null || row.owner !== owner || row.job.state.at !== "live") return null;
  return row.job.state.token === token ? row : null;
}

function prolonged(row: JobRow, leaseUntil: Instant): JobRow {
  const { job } = row;
  if (job.state.at !== "live") return row;
  return { ...row, job: { ...job, state: { ...job.state, leaseUntil } } };
}
