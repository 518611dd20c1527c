/** The life of a task, looked at from outside its machine. */
import { defaultRetryRules } from "../../../src/core/retry.ts";
import type { Claimed, Invariant, Scene, TaskStep, Writing } from "./facts.ts";

const vendorsDoing = new Set(["limitReached", "overloaded", "unauthorised"]);
const burning = /^(work|judge|resolve)\.(failed|inconclusive)$/;

/** G16: what the vendor did burns neither an attempt nor a try. */
export const vendorBurnsNothing: Invariant<TaskStep> = {
  name: "the vendor's trouble burns nothing",
  promise: "G16",
  check({ known, task, before, event, after, by }) {
    if (event.type.endsWith(".released")) {
      const course = (s: typeof after) => ("tries" in s ? `${s.attempt}/${s.left}/${s.tries}` : "");
      return course(before) === course(after) ? null : `${event.type} burns a try of ${task.id}`;
    }
    if (!burning.test(event.type)) return null;
    const ending = known.endings.get(`${by.owner} ${task.id}`);
    if (ending === undefined || !vendorsDoing.has(ending)) return null;
    return `${task.id}: ${event.type}, though its session ended ${ending}`;
  },
};

/** A task has no more fresh starts than it may have. */
export const attemptsAreCounted: Invariant<TaskStep> = {
  name: "attempts are counted",
  promise: "G15",
  check({ known, task, after }) {
    const { attemptsMax } = known.land.rules.limits.rules;
    const failures = known.failures.get(task.id) ?? 0;
    if (after.at === "failed" || failures < attemptsMax) return null;
    return `${task.id} has failed ${failures} times of ${attemptsMax}, and is ${after.at}`;
  },
};

/** Leases on the same attempt are not lost without end. */
export const triesAreBounded: Invariant<TaskStep> = {
  name: "tries are bounded",
  promise: "S1.9",
  check({ known, task, after }) {
    const { triesMax, lossesMax } = known.land.rules.limits.rules;
    const bounded = "tries" in after && after.at !== "merging" && after.at !== "unsettled";
    return bounded && after.at !== "approved" && after.tries >= Math.max(triesMax, lossesMax)
      ? `${task.id} is ${after.at} after ${after.tries} lost leases`
      : null;
  },
};

/** A failed attempt is followed by one that is told why, and not at once. */
export const retriesAreTold: Invariant<TaskStep> = {
  name: "retries are told why",
  promise: "G15",
  check({ universe, task, event, after }) {
    if (!("failure" in event) || after.at !== "pending") return null;
    if (task.lastFailure === null) return `${task.id} forgets why it failed`;
    const waits = after.notBefore > universe.time.now();
    return waits ? null : `${task.id} is tried again at once`;
  },
};

/** Replaying the log gives the state. */
export const logTellsTheState: Invariant<Scene> = {
  name: "the log tells the state",
  promise: "S7.8",
  check({ known, data }) {
    for (const [id, state] of known.states) {
      const stored = data.tasks.get(id)?.state;
      if (stored === state) continue;
      if (stored === undefined || JSON.stringify(stored) !== JSON.stringify(state))
        return `${id} is ${stored?.at}, and the log says ${state.at}`;
      known.states.set(id, stored); // the same from now on, so that it is not compared again
    }
    return null;
  },
};

/** What is held by a delivery has its job; a holder that ended took its hold along. */
export const heldHasItsJob: Invariant<Scene> = {
  name: "what is held has its job",
  promise: "S1.7",
  check({ data }) {
    const tokens = new Set<number>();
    for (const { job } of data.jobs.values())
      if (job.state.at === "live") tokens.add(job.state.token);
    const queued = new Set<string>();
    for (const { job } of data.jobs.values())
      if (job.state.at === "queued")
        queued.add(job.subject.kind === "task" ? job.subject.task : job.subject.cycle);
    for (const { id, state } of [...data.tasks.values(), ...data.cycles.values()])
      if ("token" in state && !tokens.has(state.token) && !queued.has(id))
        return `${id} is ${state.at} by delivery ${state.token}, which is over`;
    return null;
  },
};

/** What is over, or waits for a person, has no job. */
export const overHasNoJob: Invariant<Scene> = {
  name: "what is over has no job",
  promise: "S1.7",
  check({ data }) {
    for (const { job } of data.jobs.values()) {
      if (job.subject.kind !== "task") continue;
      const at = data.tasks.get(job.subject.task)?.state.at;
      if (at === undefined || ["done", "failed", "skipped", "blocked", "held"].includes(at))
        return `${job.queue} of ${job.subject.task} is ${job.state.at}, the task ${at}`;
    }
    return null;
  },
};

/** A verdict is about the commit that stands before the judge. */
export const verdictsAreOfThisCommit: Invariant<Writing> = {
  name: "verdicts are of this commit",
  promise: "S4",
  check({ data, changes }) {
    for (const change of changes) {
      if (change.kind !== "verdict") continue;
      const state = data.tasks.get(change.verdict.task)?.state;
      if (state?.at !== "judging" || state.commit !== change.verdict.commit)
        return `a verdict on ${change.verdict.commit} while ${change.verdict.task} is ${state?.at}`;
    }
    return null;
  },
};

/** What failed, hung or was found at fault never passes. */
export const passesArePasses: Invariant<Writing> = {
  name: "passes are passes",
  promise: "S4",
  check({ known: { land }, changes }) {
    for (const change of changes) {
      if (change.kind !== "verdict" || change.verdict.decision !== "pass") continue;
      const { checks, reading, task } = change.verdict;
      if (checks.length !== land.rules.checks.length) return `${task} passes without its checks`;
      const bad = checks.find(({ decision }) => decision !== "pass");
      if (bad !== undefined) return `${task} passes though ${bad.name} says ${bad.decision}`;
      if (reading?.decision !== "pass") return `${task} passes though nobody read it as good`;
    }
    return null;
  },
};

/** A landing is only meant by the delivery that has the task. */
export const onlyHoldersMeanToLand: Invariant<Writing> = {
  name: "only holders mean to land",
  promise: "G4",
  check({ universe, known, data, changes, by }) {
    for (const change of changes) {
      if (change.kind !== "landing" || change.landing.state !== "intended") continue;
      for (const id of change.landing.tasks) {
        const state = data.tasks.get(id)?.state;
        const mine = universe.given.get(`${by.owner} ${known.land.name} merge ${id}`);
        if (state?.at === "merging" && state.token === mine) continue;
        const has = state !== undefined && "token" in state ? ` by delivery ${state.token}` : "";
        return `${by.owner}, given ${mine}, means to land ${id}, which is ${state?.at}${has}`;
      }
    }
    return null;
  },
};

/** G15: too many failures in a row pause the project. */
export const failuresOpenTheCircuit: Invariant<Scene> = {
  name: "failures open the circuit",
  promise: "G15",
  check({ known, data }) {
    if (known.failedInARow < defaultRetryRules.failuresMax) return null;
    const mode = data.project.get("")?.mode.at ?? "active";
    return mode === "paused" ? null : `${known.failedInARow} tasks in a row failed`;
  },
};

/** What was lost with its holder is told to the machine before anybody starts it again. */
export const startsAreFresh: Invariant<Claimed> = {
  name: "starts are told",
  promise: "S1.9",
  check({ data, row, token }) {
    const { subject, queue } = row.job;
    if (subject.kind !== "task") return null;
    const state = data.tasks.get(subject.task)?.state;
    const held = state !== undefined && "token" in state && state.token === token;
    return held ? null : `${queue} of ${subject.task} starts as ${token}, the task is ${state?.at}`;
  },
};

/** A lease and a renewal. */
const thawMs = 45_000;

/** Whoever is awake keeps what they have: leases are renewed in time. */
export const leasesAreKept: Invariant<Claimed> = {
  name: "leases are kept",
  promise: "S7.2",
  check({ universe: { luck, alive, thaws, time }, row, before }) {
    const was = before.get(row.job.id);
    if (was?.job.state.at !== "live" || was.owner === null || !alive.has(was.owner)) return null;
    // where the ledger failed, whoever had the job may have been unable to say that it has ended
    if (luck.counts.has("ledger fails before its commit")) return null;
    if (luck.counts.has("ledger fails after its commit")) return null;
    return (thaws.get(was.owner) ?? 0) + thawMs > time.now()
      ? null
      : `${was.owner} is awake and lost ${row.job.queue} of ${row.job.id}`;
  },
};
