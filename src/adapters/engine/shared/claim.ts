/** One claim: asks `admit` about each job that is due, until one may start. */
import { type Instant, instant, type JobId, later, type Token, token } from "../../../core/ids.ts";
import type { Admission, Admit, Job, Needs, PortfolioView, View } from "../../../core/ledger.ts";
import type { Claim } from "../../../ports/engine.ts";
import { applyChanges, type Mirror, release, removeJob } from "./apply.ts";
import { asQueued, broughtBack, isAhead, isOrphan, nextMoment, runnable } from "./jobs.ts";
import type { JobRow, PortfolioReads, ProjectRows } from "./storage.ts";
import { type Moment, viewOf, withAsked } from "./view.ts";

/** Jobs asked about in one claim: more would hold the ledger's lock for too long. */
const asksMax = 200;
/** A job that is to be asked "now" again would keep its asker busy. */
const askAgainMs = 1_000;

export interface Claiming extends Moment {
  readonly owner: string;
  readonly leaseMs: number;
  readonly admit: Admit;
}

export interface Claimed {
  readonly claim: Claim;
  readonly isNews: boolean;
}

/** Delivers the first job that may start. */
export function claimJob(
  rows: ProjectRows,
  portfolio: PortfolioReads,
  claiming: Claiming,
  mirror: Mirror,
): Claimed {
  const { now, alive, project, leaseMs } = claiming;
  const ahead = rows.jobs().filter((row) => isAhead(row, now, leaseMs));
  for (const row of ahead) rows.putJob(broughtBack(row, now, leaseMs));
  let isNews = ahead.length > 0;
  const waiting = new Set<JobId>();
  let books = open(rows, portfolio, claiming);
  for (const row of runnable(rows.jobs(), now, alive).slice(0, asksMax)) {
    const next = token(rows.sequence("token") + 1);
    const admission = ask(rows, books, claiming, { row, next });
    if (admission.kind === "start") {
      const job = start(rows, claiming, { row, next }, mirror);
      applyChanges(rows, claiming, admission.changes, mirror);
      return { claim: { kind: "claimed", delivery: { project, job, token: next } }, isNews: true };
    }
    if (admission.kind === "later") {
      waiting.add(row.job.id);
      isNews = postpone(rows, claiming, row, admission) || isNews;
    } else {
      isNews = true;
      removeJob(rows, claiming, row, mirror);
      applyChanges(rows, claiming, admission.changes, mirror);
      books = open(rows, portfolio, claiming);
    }
  }
  return { claim: { kind: "idle", until: idleUntil(rows, claiming, waiting) }, isNews };
}

/** When it is worth asking again; at once where something is due still that does not wait. */
export function idleUntil(
  rows: { jobs(): readonly JobRow[] },
  { now, alive, leaseMs }: Pick<Claiming, "now" | "alive" | "leaseMs">,
  waiting: ReadonlySet<JobId> = new Set(),
): Instant | null {
  const jobs = rows.jobs();
  if (jobs.some((row) => isAhead(row, now, leaseMs))) return now;
  const due = runnable(jobs, now, alive);
  if (due.some(({ job }) => !waiting.has(job.id))) return now;
  const next = nextMoment(jobs, now);
  if (due.length === 0) return next;
  return instant(Math.min(next ?? Number.POSITIVE_INFINITY, now + askAgainMs));
}

interface Offer {
  readonly row: JobRow;
  readonly next: Token;
}

/** What all jobs of one claim are asked with. */
interface Books {
  readonly view: View;
  readonly portfolio: PortfolioView;
}

function open(rows: ProjectRows, portfolio: PortfolioReads, claiming: Claiming): Books {
  const workersLive = portfolio.workers().filter(({ owner }) => claiming.alive(owner)).length;
  return {
    view: viewOf(rows, portfolio, claiming, {}),
    portfolio: { today: portfolio.moneyOfDay(claiming.day), workersLive },
  };
}

function ask(rows: ProjectRows, books: Books, claiming: Claiming, offer: Offer): Admission {
  const { row, next } = offer;
  // the job on offer holds no place: the lease that it had is over
  const job = asQueued(row.job);
  const view = {
    ...withAsked(rows, books.view, needsOf(job)),
    jobs: books.view.jobs.map((each) => (each.id === job.id ? job : each)),
  };
  const held = row.job.state.at === "live" && isWorker(job) && !isOrphan(row, claiming.alive);
  const { today, workersLive } = books.portfolio;
  return claiming.admit(
    view,
    { today, workersLive: held ? workersLive - 1 : workersLive },
    job,
    next,
  );
}

const needsOf = ({ subject }: Job): Needs =>
  subject.kind === "task" ? { tasks: [subject.task] } : { cycles: [subject.cycle] };

function start(
  rows: ProjectRows,
  { now, leaseMs, owner }: Claiming,
  { row, next }: Offer,
  mirror: Mirror,
): Job {
  rows.setSequence("token", next);
  release(row, mirror);
  const state = { at: "live", token: next, leaseUntil: later(now, leaseMs) } as const;
  const job: Job = { ...row.job, state };
  rows.putJob({ job, owner });
  if (isWorker(job)) mirror.raise.push({ kind: "worker", worker: { token: next, owner } });
  return job;
}

/** Tells whether a job takes one of the portfolio's places for workers. */
export const isWorker = ({ queue }: Job): boolean => queue === "work" || queue === "resolve";

/**
 * Keeps a job for a later moment, or where it is when only a change can help; tells if that is
 * news.
 */
function postpone(
  rows: ProjectRows,
  { now, alive }: Claiming,
  row: JobRow,
  { at, why }: Admission & { kind: "later" },
): boolean {
  const { job } = row;
  const runAt = at > now ? at : job.runAt;
  // who held it too long may still finish it, unless dead; only another start fences it off
  const held = job.state.at === "live" && !isOrphan(row, alive);
  const state = held ? job.state : ({ at: "queued", waitsFor: why } as const);
  const same =
    runAt === job.runAt && (held || (job.state.at === "queued" && job.state.waitsFor === why));
  if (!same) rows.putJob({ job: { ...job, runAt, state }, owner: held ? row.owner : null });
  return !same;
}
