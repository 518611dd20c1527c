/** An engine whose jobs are over as soon as they are claimed: a task's title says how it ends. */
import { newTask } from "../../src/core/commands.ts";
import type { Draft } from "../../src/core/draft.ts";
import { later, type TaskId, taskId } from "../../src/core/ids.ts";
import type { View } from "../../src/core/ledger.ts";
import type { Plan } from "../../src/core/plan.ts";
import { finish } from "../../src/engine/finish.ts";
import type { House } from "../../src/engine/house.ts";
import type { Claim, Delivery, Engine } from "../../src/ports/engine.ts";
import { aBrief, aCheck, anAttempt, aVerdict, sha } from "./records.ts";

/** What the planner answers in each project; `null` begins the cycle without one. */
export type Planned =
  | { readonly kind: "titles"; readonly titles: readonly string[] }
  | { readonly kind: "fails"; readonly why: string }
  | { readonly kind: "none" }
  /** The planner meets an outage that lasts for an hour. */
  | { readonly kind: "putOff" }
  /** The planner works until it is stopped. */
  | { readonly kind: "hangs" };

/** Wraps `engine`: claims are carried out by script, and nothing is left to run. */
export function scripted(engine: Engine, planned: () => Planned, house: () => House): Engine {
  const wrapped: Engine = {
    ...engine,
    claim: async (project, admit) => {
      const claim = await engine.claim(project, admit);
      if (claim.kind === "idle") return claim;
      if (claim.delivery.job.queue === "cycle" && planned().kind === "hangs") return claim;
      await play({ ...house(), engine }, claim.delivery, planned());
      return { kind: "idle", until: later(house().clock.now(), 0) } satisfies Claim;
    },
  };
  return wrapped;
}

async function play(house: House, delivery: Delivery, planned: Planned): Promise<void> {
  const { subject } = delivery.job;
  if (subject.kind === "cycle") {
    await finish(house, delivery, {
      needs: { cycles: [subject.cycle] },
      costUsd: 0.02,
      conclude: (draft, view) => plan(house, delivery, { draft, view, planned }),
    });
    return;
  }
  await finish(house, delivery, {
    needs: { tasks: [subject.task] },
    costUsd: 0.05,
    conclude: (draft, view) => playTask(delivery, subject.task, { draft, view, planned }),
  });
}

function plan(
  house: House,
  { token, job }: Delivery,
  { draft, view, planned }: { draft: Draft; view: View; planned: Planned },
): void {
  if (job.subject.kind !== "cycle") return;
  const { cycle } = job.subject;
  if (planned.kind === "fails") {
    const { why } = planned;
    draft.tellCycle(cycle, { type: "cycle.failed", why, costUsd: 0.02, token, now: view.now });
    return;
  }
  if (planned.kind === "putOff") {
    const why = "the model is overloaded";
    const by = { project: view.name, token };
    const until = later(view.now, 3_600_000);
    const met = { type: "limit.met", cause: "outage", why, until, by, metBy: "it" } as const;
    draft.tellLimit({ ...met, now: view.now, chance: 0 });
    draft.tellCycle(cycle, { type: "cycle.released", token, costUsd: 0, why });
    return;
  }
  const titles = planned.kind === "titles" ? planned.titles : [];
  for (const title of titles) {
    const id = taskId(house.clock.newId());
    draft.create(newTask(view, { id, brief: aBrief({ title }), cycle, attemptsMax: 1 }));
  }
  const written: Plan = { assessment: "Looked around.", drafts: [], deferred: [], risks: [] };
  draft.tellCycle(cycle, {
    type: "cycle.planned",
    plan: planned.kind === "titles" ? written : null,
    refused: [],
    costUsd: planned.kind === "titles" ? 0.02 : 0,
    tasks: draft
      .tasks()
      .filter(({ state }) => state.at === "pending")
      .map(({ id }) => id),
    token,
  });
}

function playTask(
  { token, job }: Delivery,
  id: TaskId,
  { draft, view, planned }: { draft: Draft; view: View; planned: Planned },
): void {
  const title = draft.task(id)?.brief.title ?? "";
  const verb = title.split(" ")[0];
  const told = { token, now: view.now, chance: view.chance };
  const commit = sha("c");
  if (job.queue === "work") {
    draft.add({ kind: "attempt", attempt: anAttempt({ task: id }) });
    if (verb === "Fail")
      draft.tell(id, {
        type: "work.failed",
        failure: { kind: "timedOut", detail: "300 s" },
        ...told,
      });
    else if (verb === "Ask")
      draft.tell(id, { type: "work.blocked", question: "Which one?", token });
    else if (verb === "Later")
      draft.tell(id, {
        type: "work.released",
        why: "later",
        notBefore: later(view.now, 3_600_000),
        token,
      });
    else draft.tell(id, { type: "work.submitted", commit, ...told });
  } else if (job.queue === "judge") {
    const unchecked = verb === "Unchecked";
    const verdict = aVerdict({ task: id, unchecked, checks: unchecked ? [] : [aCheck()] });
    draft.add({ kind: "verdict", verdict });
    draft.tell(id, {
      type: "judge.passed",
      hold: verb === "Hold" ? "it touches CI" : null,
      ...told,
    });
  } else if (verb === "Park" && planned.kind === "titles" && planned.titles.includes(title)) {
    const notBefore = later(view.now, 3_600_000);
    draft.tell(id, { type: "merge.parked", why: "price.ts has changes", notBefore, token });
  } else {
    draft.tell(id, { type: "merge.landed", commit, token });
  }
}
