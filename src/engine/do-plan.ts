/** The `cycle` job: plans, and turns what the rules let through into tasks. */
import { newTask } from "../core/commands.ts";
import type { Draft } from "../core/draft.ts";
import { failureSentence } from "../core/failure.ts";
import { type CycleId, taskId } from "../core/ids.ts";
import { jobForCycle } from "../core/jobs.ts";
import type { View } from "../core/ledger.ts";
import { fingerprint, type Plan, sift } from "../core/plan.ts";
import { isOver, statusOf, type Task } from "../core/task.ts";
import { type PlanOutcome, plan } from "../stages/plan/plan.ts";
import { finish, heed, restsUntil } from "./finish.ts";
import type { JobContext } from "./jobs.ts";

/** Failed tasks that the planner is reminded of: enough to learn from, of constant size. */
const remindedOf = 20;

/** Plans a cycle, or begins it without a planner where people add the tasks. */
export async function doPlan(
  context: JobContext,
  cycle: CycleId,
  signal: AbortSignal,
): Promise<void> {
  const { house, site, delivery } = context;
  const open = await house.engine.transact(delivery.project, {}, (view) => ({
    changes: [],
    answer: view.tasks.filter(({ state }) => !isOver(state)),
  }));
  const draftsMax = Math.max(0, site.settings.workersMax - open.length);
  if (!site.planned || draftsMax === 0) {
    await begin(context, cycle, { plan: null, draftsMax, costUsd: 0 });
    return;
  }
  const request = {
    cycle,
    budgetUsd: context.budgetUsd,
    draftsMax,
    open: open.map(({ brief }) => brief.title),
    failed: await failures(context),
  };
  const outcome = await plan(context.stage("planner", null), request, signal);
  await conclude(context, cycle, { outcome, draftsMax });
}

async function failures({ house, delivery }: JobContext) {
  const filter = { status: "failed", limit: remindedOf } as const;
  const failed = await house.engine.tasks(delivery.project, filter);
  return failed.map(({ brief, state }) => ({
    title: brief.title,
    why: state.at === "failed" ? failureSentence(state.failure.kind) : "",
  }));
}

async function conclude(
  context: JobContext,
  cycle: CycleId,
  given: { readonly outcome: PlanOutcome; readonly draftsMax: number },
): Promise<void> {
  const { house, site, delivery } = context;
  const { outcome, draftsMax } = given;
  const { held } = site.settings;
  const { token } = delivery;
  const { costUsd } = outcome.spending;
  if (outcome.kind === "planned")
    return begin(context, cycle, { plan: outcome.plan, draftsMax, costUsd });
  const settle = (draft: Draft, view: View): void => {
    if (outcome.kind === "failed") {
      const { why } = outcome;
      draft.tellCycle(cycle, { type: "cycle.failed", why, held, costUsd, token, now: view.now });
      return;
    }
    const { why } = outcome.release;
    draft.tellCycle(cycle, { type: "cycle.released", why, costUsd, token });
    const released = draft.cycle(cycle);
    if (released !== null) draft.send(jobForCycle(released, restsUntil(outcome.release, view.now)));
    heed(draft, outcome.release, delivery, view);
  };
  await finish(house, delivery, { needs: { cycles: [cycle] }, costUsd, conclude: settle });
}

interface Beginning {
  readonly plan: Plan | null;
  readonly draftsMax: number;
  readonly costUsd: number;
}

/** Starts the cycle's work: new tasks beside those that are left over. */
async function begin(
  context: JobContext,
  cycle: CycleId,
  { plan, draftsMax, costUsd }: Beginning,
): Promise<void> {
  const { house, site, delivery } = context;
  const drafts = plan?.drafts ?? [];
  const ids = drafts.map(() => taskId(house.clock.newId()));
  const needs = { cycles: [cycle], fingerprints: drafts.map(fingerprint) };
  const start = (draft: Draft, view: View): void => {
    const { taken, refused } = sift(drafts, { draftsMax, known: view.known });
    const created = taken.map((brief, i): Task => {
      const id = ids[i];
      if (id === undefined) throw new Error("fewer ids than drafts");
      const { attemptsMax } = site.limits.rules;
      return newTask(view, { id, brief, cycle, attemptsMax });
    });
    for (const task of created) draft.create(task);
    const tasks = draft.tasks().filter(({ state }) => !isOver(state));
    draft.tellCycle(cycle, {
      type: "cycle.planned",
      plan,
      refused,
      costUsd,
      held: site.settings.held,
      tasks: tasks.map(({ id }) => id),
      waiting: tasks.filter(({ state }) => statusOf(state) === "waiting").length,
      token: delivery.token,
    });
  };
  await finish(house, delivery, { needs, costUsd, conclude: start });
}
