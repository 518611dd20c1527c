/**
 * What follows from the state alone, whatever happened before: each runnable state has its job, a
 * pause that has run out ends, a cycle whose tasks rest is over. Asked again and again, so that a
 * lost signal costs one tick.
 */
import type { Cycle, CycleOutcome } from "./cycle.ts";
import { type Draft, openDraft } from "./draft.ts";
import { type Instant, instant, later, type Token } from "./ids.ts";
import { isSubject, jobFor, jobForCycle, queueOf } from "./jobs.ts";
import type { Decision, Job, View } from "./ledger.ts";
import { isShutFor, limitSentence } from "./limit.ts";
import { settledAsSpent } from "./lost.ts";
import { type ProjectMode, pauseAt, pauser } from "./project.ts";
import type { Reservation } from "./records.ts";
import type { RetryRules } from "./retry.ts";
import { isOver, statusOf, type Task } from "./task.ts";

/** A task that rests longer than this does not keep its cycle open. */
export const restsMs = 60_000;
/** A wait for the model that is longer than this ends the cycle; a shorter one is sat out in it. */
export const shutMs = 5 * 60_000;

/**
 * Decides what the state asks for; the view must hold the running cycle's tasks. Answers when the
 * clock alone may make the same state ask for something else; null where only a write can.
 */
export function settle(view: View, rules: RetryRules): Decision<Instant | null> {
  const draft = openDraft(view, rules);
  const { mode } = view.project;
  if (mode.at === "paused" && pauseAt(view.project, view.now) === null)
    draft.tellProject({ type: "project.resumed" });
  else if (mode.at === "paused" && mode.since > view.now) beginAgain(draft, mode);
  sendMissing(draft, view);
  settleAbandoned(draft, view);
  for (const cycle of view.cycles) if (cycle.state.at === "running") complete(draft, view, cycle);
  return { changes: draft.changes(), answer: restsUntil(view) };
}

/** The clock was set back: a pause lasts as long as it was to last, no longer. */
function beginAgain(draft: Draft, { by, why, since, until }: ProjectMode & { at: "paused" }): void {
  if (until === null) return;
  const { now } = draft;
  const event = { type: "project.paused", by, why, until: later(now, until - since), now } as const;
  draft.tellProject(event);
}

/** A running cycle hangs on due times and on who is alive, so it is looked at each time. */
function restsUntil(view: View): Instant | null {
  const { cycles, project, now } = view;
  if (cycles.some(({ state }) => state.at === "running")) return now;
  const moments = abandoned(view).map(({ at }) => later(at, abandonedMs));
  if (project.mode.at === "paused" && project.mode.until !== null) moments.push(project.mode.until);
  return moments.length === 0 ? null : instant(Math.min(...moments));
}

function sendMissing(draft: Draft, view: View): void {
  for (const task of view.tasks) {
    const job = jobFor(task, view.now);
    if (job === null) continue;
    const has = view.jobs.some((e) => e.queue === job.queue && isSubject(e.subject, job.subject));
    if (!has) draft.send(job);
  }
  for (const cycle of view.cycles) {
    if (cycle.state.at !== "queued") continue;
    const { subject } = jobForCycle(cycle, view.now);
    if (!view.jobs.some((each) => isSubject(each.subject, subject)))
      draft.send(jobForCycle(cycle, view.now));
  }
}

/** Whoever lost a job settles its money within seconds, unless dead or stopped. */
const abandonedMs = 10 * 60_000;

/**
 * Money of a delivery that nothing waits for any more counts as spent: nobody is left to say
 * otherwise.
 */
function settleAbandoned(draft: Draft, view: View): void {
  for (const each of abandoned(view))
    if (later(each.at, abandonedMs) <= view.now) draft.add(settledAsSpent(each));
}

/** Reservations of deliveries that hold nothing any more. */
function abandoned({ jobs, tasks, cycles, reservations }: View): readonly Reservation[] {
  const held = new Set<Token>();
  for (const { state } of [...jobs, ...tasks, ...cycles])
    if ("token" in state) held.add(state.token);
  return reservations.filter(({ token }) => !held.has(token));
}

function complete(draft: Draft, view: View, cycle: Cycle): void {
  // one that joined, and was over, since the cycle was looked up: it is counted at the next look
  if (cycle.tasks.some((id) => !view.tasks.some((task) => task.id === id))) return;
  const open = view.tasks.filter(({ state }) => !isOver(state));
  const jobs = open.map((task) => jobOf(task, view));
  if (jobs.some((job) => job?.state.at === "live")) return;
  const pause = pauseAt(view.project, view.now);
  if (pause === null && open.some((task) => isSoon(task, view))) return;
  const short = open
    .map((task) => jobOf(task, view)?.state)
    .find((state) => state?.at === "queued" && state.waitsFor?.startsWith("budget:"));
  const broke = short?.at === "queued" ? short.waitsFor : null;
  const shut = open.some((task) => isShut(task, view)) ? limitSentence(view.limit) : null;
  const cutShort =
    pause === null
      ? ((shut === null ? broke : `limit: ${shut}`) ?? null)
      : `paused by ${pauser(pause.by)}: ${pause.why}`;
  draft.tellCycle(cycle.id, {
    type: "cycle.completed",
    outcome: { ...count(cycle, view), cutShort },
    now: view.now,
  });
}

const jobOf = (task: Task, view: View): Job | null =>
  view.jobs.find(({ subject }) => subject.kind === "task" && subject.task === task.id) ?? null;

/** Whether something will happen to a task within this cycle by itself. */
function isSoon(task: Task, view: View): boolean {
  const job = jobOf(task, view);
  if (job?.state.at !== "live" && isShut(task, view)) return false;
  if (job === null) return jobFor(task, view.now) !== null; // its job is sent by this very decision
  if (job.state.at === "live") return true;
  if (statusOf(task.state) === "waiting") return false;
  if (job.state.waitsFor?.startsWith("budget:") === true) return false;
  return job.runAt <= view.now + restsMs;
}

/** Whether a task needs a model that will not be had for longer than a task may rest. */
function isShut({ state }: Task, { limit, now }: View): boolean {
  const queue = queueOf(state);
  return queue !== null && queue !== "merge" && isShutFor(limit, now, shutMs);
}

function count(cycle: Cycle, view: View): Omit<CycleOutcome, "cutShort"> {
  const ours = view.tasks.filter(({ id }) => cycle.tasks.includes(id));
  const of = (wanted: readonly string[]): number =>
    ours.filter(({ state }) => wanted.includes(statusOf(state))).length;
  const done = ours.map(({ state }) => state).filter((state) => state.at === "done");
  return {
    landed: done.filter(({ landed }) => landed !== null).length,
    reported: done.filter(({ landed }) => landed === null).length,
    failed: of(["failed"]),
    skipped: of(["skipped"]),
    waiting: of(["waiting"]),
    leftOver: of(["pending", "in_progress"]),
  };
}
