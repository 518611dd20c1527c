/**
 * Whether a job may start now. Pure, so that the engine asks it inside the claim's transaction and
 * the limits hold whatever else is claimed at the same moment.
 */
import { type Caps, capsOn, grant } from "./budget.ts";
import { type Cycle, isOpen, openCycle, planningTriesMax } from "./cycle.ts";
import { type Draft, openDraft } from "./draft.ts";
import type { CycleId, TaskId, Token } from "./ids.ts";
import { isSubject, jobForCycle, jobName, queueOf } from "./jobs.ts";
import type {
  Admission,
  Admit,
  Change,
  Job,
  PortfolioView,
  Queue,
  View,
  WaitsFor,
} from "./ledger.ts";
import { limitSentence, type Passage, passage } from "./limit.ts";
import { carriedUsd, givenBack, settleLost } from "./lost.ts";
import { unspent } from "./metered.ts";
import { pauseAt, pauser } from "./project.ts";
import type { Reservation } from "./records.ts";
import type { RetryRules } from "./retry.ts";

export interface Limits {
  readonly workersMax: number;
  /** Over all projects; null where there is no such cap. */
  readonly portfolioWorkersMax: number | null;
  /** Spending cap of one session of each role, in US dollars. */
  readonly sessionUsd: Readonly<Record<Reservation["role"], number>>;
  readonly caps: Caps;
  /** Whether sessions' requests are counted one by one, by the gateway. */
  readonly metered?: boolean;
  /** Share of the vendor's allowance that is kept for the person, 0 to 1. */
  readonly keptForPerson: number;
  readonly rules: RetryRules;
}

/** Returns the rule by which a project's jobs are admitted. */
export const admitBy =
  (limits: Limits): Admit =>
  (view, portfolio, job, token) => {
    const passes = passageFor(view, job);
    const obstacle =
      pausedFor(view) ??
      turnFor(view, job) ??
      (passes === "wait" ? shutFor(view) : null) ??
      slotFor(view, portfolio, job, limits);
    if (obstacle !== null) return { kind: "later", at: job.runAt, why: obstacle };
    const draft = openDraft(view, limits.rules);
    const given = { view, portfolio, job, token, limits, probes: passes === "probe" };
    return job.subject.kind === "cycle"
      ? admitCycle(draft, job.subject.cycle, given)
      : admitTask(draft, job.subject.task, given);
  };

interface Case {
  readonly view: View;
  readonly portfolio: PortfolioView;
  readonly job: Job;
  readonly token: Token;
  readonly limits: Limits;
  /** Whether this delivery is the one that tries if the model answers again. */
  readonly probes: boolean;
}

function pausedFor({ project, now }: View): WaitsFor | null {
  const pause = pauseAt(project, now);
  return pause === null ? null : `pause: paused by ${pauser(pause.by)}: ${pause.why}`;
}

/** What the limit over all projects lets a job do; merging needs no model. */
function passageFor({ limit, name, jobs, now }: View, job: Job): Passage {
  if (job.queue === "merge") return "free";
  const { mode } = limit;
  const isLost =
    mode.at === "probing" &&
    mode.probe.project === name &&
    !jobs.some(({ state }) => state.at === "live" && state.token === mode.probe.token);
  return passage(limit, { job: jobName(name, job), now, isLost });
}

const shutFor = ({ limit }: View): WaitsFor => `limit: ${limitSentence(limit) ?? "the model"}`;

/** Marks a delivery that starts as the one that tries. */
function probe(draft: Draft, { view, token, probes }: Case): void {
  if (!probes) return;
  draft.tellLimit({ type: "limit.probed", by: { project: view.name, token }, now: view.now });
}

/** Work begins within a cycle; what it began is finished whenever it can be. */
function turnFor(view: View, job: Job): WaitsFor | null {
  const running = view.cycles.find(({ state }) => state.at === "running");
  if (job.queue === "work" && running === undefined) return "cycle: starts with the next cycle";
  if (job.subject.kind !== "cycle") return null;
  const { cycle } = job.subject;
  const other = view.cycles.find(
    (each) => each.id !== cycle && isOpen(each) && each.state.at !== "queued",
  );
  return other === undefined ? null : `turn: cycle ${other.id} is under way`;
}

function slotFor(view: View, portfolio: PortfolioView, job: Job, limits: Limits): WaitsFor | null {
  const group = slotsOf(job.queue);
  if (group === null) return null;
  const live = view.jobs.filter(
    (each) =>
      each.state.at === "live" &&
      group.includes(each.queue) &&
      !(each.queue === job.queue && isSubject(each.subject, job.subject)),
  ).length;
  if (live >= limits.workersMax) return `slot: ${live} of ${limits.workersMax} slots are taken`;
  const max = limits.portfolioWorkersMax;
  if (group === judges || max === null || portfolio.workersLive < max) return null;
  return `slot: ${portfolio.workersLive} of the portfolio's ${max} workers are busy`;
}

const workers: readonly Queue[] = ["work", "resolve"];
const judges: readonly Queue[] = ["judge"];

function slotsOf(queue: Queue): readonly Queue[] | null {
  switch (queue) {
    case "work":
    case "resolve":
      return workers;
    case "judge":
      return judges;
    case "cycle":
    case "merge":
      return null; // one at a time by their keys
    default:
      return queue satisfies never;
  }
}

const roles = { cycle: "planner", work: "worker", judge: "judge", resolve: "refinery" } as const;

/**
 * Sets money aside for the session of this delivery; merging needs none. What `lost`, an earlier
 * one of the same session, may have been charged counts towards the session's cap.
 */
function reserve(draft: Draft, given: Case, lost: Token | null): WaitsFor | null {
  const { view, portfolio, job, token, limits } = given;
  if (job.queue === "merge") return null;
  const role = roles[job.queue];
  const caps = capsOn(limits.caps, view);
  const carried = limits.metered === true ? carriedUsd(view, lost) : 0;
  // what was spent stays counted: only the rest of the session's cap is set aside anew
  const wantUsd = Math.max(0, limits.sessionUsd[role] - carried);
  const granted = grant(wantUsd, caps, view.spent, portfolio);
  if (granted.kind === "refused") return `budget: ${granted.why}`;
  const { amountUsd } = granted;
  const { subject } = job;
  const underWay = view.cycles.find((each) => isOpen(each) && each.state.at !== "queued");
  const reservation: Reservation = {
    token,
    role,
    task: subject.kind === "task" ? subject.task : null,
    cycle: subject.kind === "cycle" ? subject.cycle : (underWay?.id ?? null),
    day: view.day,
    amountUsd,
    settledUsd: null,
    ...(limits.metered === true ? { metered: unspent(amountUsd, carried) } : {}),
    at: view.now,
  };
  draft.add({ kind: "reservation", reservation });
  return null;
}

function admitTask(draft: Draft, id: TaskId, given: Case): Admission {
  const { job, token, view } = given;
  const before = draft.task(id)?.state;
  const last = before !== undefined && "token" in before ? before.token : null;
  if (before !== undefined && "token" in before) {
    draft.tell(id, { type: "lease.expired", token: before.token, now: view.now });
    draft.add(...settleLost(view, before.token));
  }
  const state = draft.task(id)?.state;
  if (job.queue === "cycle" || state === undefined || queueOf(state) !== job.queue)
    return { kind: "drop", changes: draft.changes() };
  const lost = draft.changes().length > 0;
  const broke = reserve(draft, givenBack(given, last), last);
  if (broke !== null && lost) return { kind: "drop", changes: draft.changes() };
  if (broke !== null) return { kind: "later", at: job.runAt, why: broke };
  draft.tell(id, { type: `${job.queue}.started`, token });
  probe(draft, given);
  return { kind: "start", changes: withoutSending(draft, job) };
}

const withoutSending = (draft: Draft, job: Job): readonly Change[] =>
  draft
    .changes()
    .filter(
      (each) =>
        each.kind !== "send" ||
        each.job.queue !== job.queue ||
        !isSubject(each.job.subject, job.subject),
    );

function admitCycle(draft: Draft, id: CycleId, given: Case): Admission {
  const { job, token, view } = given;
  const cycle = draft.cycle(id);
  if (cycle === null || (cycle.state.at !== "queued" && cycle.state.at !== "planning"))
    return { kind: "drop", changes: [] };
  const { state } = cycle;
  if (state.at === "planning") draft.add(...settleLost(view, state.token));
  if (state.at === "planning" && state.tries + 1 >= planningTriesMax) {
    const why = "its planner was lost too often";
    const event = { type: "cycle.failed", why, costUsd: 0, now: view.now } as const;
    draft.tellCycle(id, { ...event, token: state.token });
    return { kind: "drop", changes: draft.changes() };
  }
  const last = state.at === "planning" ? state.token : null;
  const settled = givenBack(given, last);
  const broke = reserve(draft, settled, last);
  if (broke !== null && isSpent(cycle, settled)) {
    const mine = state.at === "planning" ? state.token : token;
    if (state.at === "queued") draft.tellCycle(id, { type: "cycle.started", token, now: view.now });
    const failed = {
      type: "cycle.failed",
      token: mine,
      why: broke,
      costUsd: 0,
      now: view.now,
    } as const;
    draft.tellCycle(id, failed);
    return { kind: "drop", changes: draft.changes() };
  }
  if (broke !== null && state.at === "planning") {
    draft.tellCycle(id, { type: "cycle.released", token: state.token, costUsd: 0, why: broke });
    draft.send(jobForCycle(cycle, view.now));
    return { kind: "drop", changes: draft.changes() };
  }
  if (broke !== null) return { kind: "later", at: job.runAt, why: broke };
  draft.tellCycle(id, { type: "cycle.started", token, now: view.now });
  probe(draft, given);
  return { kind: "start", changes: draft.changes() };
}

/** Whether its own cap keeps a cycle from ever being planned: what was spent on it stays spent. */
function isSpent({ id }: Cycle, { view, portfolio, limits }: Case): boolean {
  const counted = openCycle(view.cycles);
  const caps = { cycleUsd: limits.caps.cycleUsd, dayUsd: null, portfolioDayUsd: null };
  const granted = grant(limits.sessionUsd.planner, caps, view.spent, portfolio);
  return counted?.id === id && granted.kind === "refused";
}
