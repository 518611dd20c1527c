/** What holds once the world is calm and everything has come to rest. */

import { decidedOf } from "../../../src/core/decided.ts";
import type { JournalEntry } from "../../../src/ports/journal.ts";
import { verdictDocument } from "../../../src/stages/judge/document.ts";
import { planDocument } from "../../../src/stages/plan/document.ts";
import { workerDocument } from "../../../src/stages/work/document.ts";
import type { Invariant, Scene } from "./facts.ts";

const resting = new Set(["done", "failed", "skipped", "blocked", "held"]);

/** What only goes on within a cycle; `working` where its holder has died. */
const unbegun = new Set(["pending", "working"]);

/** Every cycle ends; every task ends, or waits for a person. */
export const allComesToRest: Invariant<Scene> = {
  name: "all comes to rest",
  promise: "S1.2, S1.7",
  check({ universe: { alive }, data: { tasks, cycles, jobs } }) {
    const broke = new Set<string>();
    for (const { job } of jobs.values())
      if (job.state.at === "queued" && job.state.waitsFor?.startsWith("budget:") === true)
        if (job.subject.kind === "task") broke.add(job.subject.task);
    const ended = [...cycles.values()].filter(({ endedAt }) => endedAt !== null);
    const last = ended.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))[0]?.state;
    const cut = last?.at === "completed" && last.outcome.cutShort?.startsWith("budget:") === true;
    const unplanned = [...jobs.values()].some(
      ({ job: { state, queue } }) =>
        queue === "cycle" &&
        state.at === "queued" &&
        state.waitsFor?.startsWith("budget:") === true,
    );
    const none = cut || unplanned;
    // until another day there is no money; without a cycle nothing pending begins
    for (const { id, state } of tasks.values())
      if (!resting.has(state.at) && !broke.has(id) && !(none && unbegun.has(state.at)))
        return `task ${id} is ${state.at}`;
    for (const { id, state } of cycles.values())
      if (state.at === "planning" || state.at === "running") return `cycle ${id} is ${state.at}`;
    for (const { job, owner } of jobs.values())
      if (job.state.at === "live" && alive.has(owner ?? ""))
        return `${job.queue} of ${job.id} is live`;
    return null;
  },
};

/** No money stays set aside for deliveries that are over. */
export const nothingStaysReserved: Invariant<Scene> = {
  name: "nothing stays reserved",
  promise: "G5",
  check({ data }) {
    const held = new Set<number>();
    for (const { state } of [...data.tasks.values(), ...data.cycles.values()])
      if ("token" in state) held.add(state.token);
    for (const { token, role, settledUsd, task } of data.reservations.values())
      if (settledUsd === null && !held.has(token))
        return `delivery ${token}, a ${role}'s on ${task}, is not settled`;
    return null;
  },
};

/** The trail in the project's folder tells how everything ended. */
export const trailIsComplete: Invariant<Scene> = {
  name: "the trail is complete",
  promise: "S12",
  check({ known: { land }, data }) {
    // money is settled without an event: the sum may be told later
    const plain = (text: string | undefined) => text?.replace(/Cost of all its sessions.*/, "");
    const is = (entry: JournalEntry | null): boolean =>
      entry === null ||
      plain(land.journal.get(`${entry.folder}/${entry.file}`)) === plain(entry.text);
    const titles = new Map([...data.tasks.values()].map(({ id, brief }) => [id, brief.title]));
    for (const cycle of data.cycles.values())
      if (!is(planDocument(land.name, cycle, titles)))
        return `the plan of ${cycle.id} is not as it ended`;
    for (const task of data.tasks.values()) {
      if (!resting.has(task.state.at)) continue; // there is more to tell of it
      const of = <T extends { readonly task: string }>(rows: Iterable<T>) =>
        [...rows].filter((row) => row.task === task.id);
      const record = {
        task,
        attempts: of(data.attempts.values()),
        verdicts: of(data.verdicts.values()),
        landings: [...data.landings.values()].filter(({ tasks }) => tasks.includes(task.id)),
        decisions: decidedOf(task.id, data.events),
        job: null,
        costUsd: 0,
        lostUsd: 0,
      };
      if (!is(workerDocument(record)) || !is(verdictDocument(record)))
        return `the trail of ${task.id} is not as it ended`;
    }
    return null;
  },
};

/** Branches of tasks that landed are swept. */
export const landedIsSwept: Invariant<Scene> = {
  name: "landed is swept",
  promise: "S8.7",
  check({ known: { land }, data }) {
    for (const ref of land.git.refs.keys()) {
      const [kind, id] = ref.split("/");
      if (kind !== "attempts" || id === undefined) continue;
      if (data.tasks.get(id)?.state.at === "done") return `${ref} is left of ${id}, which is done`;
    }
    return null;
  },
};
