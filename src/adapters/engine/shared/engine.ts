/** The engine over any storage whose transactions are synchronous. */
import { type Instant, later, type ProjectName } from "../../../core/ids.ts";
import type { Decision, Needs, View } from "../../../core/ledger.ts";
import type { Redact } from "../../../core/redact.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Delivery, Engine, Finish } from "../../../ports/engine.ts";
import { applyChanges, type Mirror, removeJob } from "./apply.ts";
import { type Claiming, claimJob, idleUntil } from "./claim.ts";
import { readLedger } from "./ledger.ts";
import { recoverProject, settling, type Write } from "./recover.ts";
import type { JobRow, PortfolioReads, ProjectReads, ProjectRows, Storage } from "./storage.ts";
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
  /** Takes secrets out of all that is written; left out: nothing is looked for. */
  readonly redact?: Redact | undefined;
}

/** Builds an engine. */
export function buildEngine(options: EngineOptions): Engine {
  const { storage, clock, dayOf, alive, renewMs, redact = null } = options;
  const moment = (project: ProjectName): Moment => {
    const now = clock.now();
    return { project, now, day: dayOf(now), chance: clock.random(), alive, redact };
  };
  const recover = (project: ProjectName) => recoverProject(storage, moment(project), dayOf);
  const write = settling(storage, recover);
  return {
    ...readLedger({ storage, alive, today: () => dayOf(clock.now()) }),
    ...takers(options, moment, write),
    async recover(project) {
      recover(project);
    },
    async transact(project, needs, decide) {
      return write(
        project,
        (rows, portfolio) => {
          const mirror: Mirror = { raise: [], lower: [] };
          const asked = { needs, decide, at: moment(project) };
          const answer = carryOut(rows, portfolio, asked, mirror);
          return { ...answer, ...mirror };
        },
        needs.soft,
      );
    },
    async finish<A>(
      delivery: Delivery,
      needs: Needs,
      decide: (view: View) => Decision<A>,
    ): Promise<Finish<A>> {
      return write<Finish<A>>(delivery.project, (rows, portfolio) => {
        const mirror: Mirror = { raise: [], lower: [] };
        const row = heldBy(rows, options.owner, delivery);
        if (row === null) return { answer: { kind: "fenced" }, isNews: false, ...mirror };
        const at = moment(delivery.project);
        removeJob(rows, at, row, mirror);
        const { answer } = carryOut(rows, portfolio, { needs, decide, at }, mirror);
        return { answer: { kind: "finished", answer }, isNews: true, ...mirror };
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
  portfolio: PortfolioReads,
  asked: {
    readonly needs: Needs;
    readonly decide: (view: View) => Decision<A>;
    readonly at: Moment;
  },
  mirror: Mirror,
): { readonly answer: A; readonly isNews: boolean } {
  const { changes, answer } = asked.decide(viewOf(rows, portfolio, asked.at, asked.needs));
  return { answer, isNews: applyChanges(rows, asked.at, changes, mirror) };
}

function takers(
  { storage, owner, leaseMs }: EngineOptions,
  moment: (project: ProjectName) => Moment,
  write: Write,
): Pick<Engine, "claim" | "holds" | "renew"> {
  return {
    async holds(delivery) {
      return storage.read(
        delivery.project,
        (rows) => heldBy(rows, owner, delivery) !== null,
        () => false,
      );
    },
    async claim(project, admit) {
      const before = moment(project);
      // most projects have nothing to do at most moments: find that out without a lock
      const until = storage.read(
        project,
        (rows) => idleUntil(rows, { ...before, leaseMs }),
        () => null,
      );
      if (until !== before.now) return { kind: "idle", until };
      return write(project, (rows, portfolio) => {
        // the lock may have been long in coming
        const claiming: Claiming = { ...moment(project), owner, leaseMs, admit };
        const mirror: Mirror = { raise: [], lower: [] };
        const { claim, isNews } = claimJob(rows, portfolio, claiming, mirror);
        return { answer: claim, isNews, ...mirror };
      });
    },
    async renew(delivery) {
      return write(delivery.project, (rows) => {
        const row = heldBy(rows, owner, delivery);
        if (row !== null) rows.putJob(prolonged(row, later(moment(delivery.project).now, leaseMs)));
        return { answer: row !== null, isNews: false, raise: [], lower: [] };
      });
    },
  };
}

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
