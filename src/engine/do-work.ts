/** The `work` and `resolve` jobs: an attempt is recorded, made, and ended with one event. */
import { openDraft } from "../core/draft.ts";
import { isLastResort } from "../core/escalation.ts";
import type { TaskId } from "../core/ids.ts";
import { type Attempt, nothingSpent } from "../core/records.ts";
import type { Task } from "../core/task.ts";
import type { TaskRecord } from "../ports/engine.ts";
import { resolve } from "../stages/merge/resolve.ts";
import { work } from "../stages/work/work.ts";
import { conclude } from "./conclude-work.ts";
import { LeaseLost } from "./heartbeat.ts";
import type { Site } from "./house.ts";
import type { JobContext } from "./jobs.ts";
import { leftBefore, sweepIfOver } from "./leftover.ts";

/** Runs a worker on a task. */
export async function doWork(context: JobContext, id: TaskId, signal: AbortSignal): Promise<void> {
  const record = await recordOf(context, id);
  const { task } = record;
  if (task.state.at !== "working") return;
  const { attempt: number } = task.state;
  const known = record.attempts.find((e) => e.kind === "work" && e.attempt === number);
  const attempt = await begin(context, known ?? fresh(context, task, { kind: "work", round: 0 }));
  if (known === undefined && attempt.model !== context.site.settings.models.worker)
    await tellEscalation(context, attempt);
  await work(
    context.stage("worker", id),
    {
      task,
      attempt,
      resume: known !== undefined,
      before: await leftBefore(context, record, attempt),
      history: record,
      budgetUsd: context.budgetUsd,
      anew: known === undefined ? attempt.session : anew(context, attempt),
      spare: `${placeOf(attempt)}-${context.delivery.token}`,
      begun: async (begun) => {
        await note(context, { ...attempt, ...begun });
        await context.site.world.repo.show(id, begun.base, signal);
      },
      ended: (outcome) => conclude(context, { task, attempt, outcome }, "work"),
    },
    signal,
  );
  await sweepIfOver(context.house, context.site, id); // others may have ended it meanwhile
}

/** Runs the refinery on a candidate that conflicts with the branch. */
export async function doResolve(
  context: JobContext,
  id: TaskId,
  signal: AbortSignal,
): Promise<void> {
  const record = await recordOf(context, id);
  const { task } = record;
  if (task.state.at !== "resolving") return;
  const { attempt: number, resolutions, commit } = task.state;
  const round = resolutions + 1;
  const known = record.attempts.find(
    (e) => e.kind === "resolve" && e.attempt === number && e.round === round,
  );
  const attempt = await begin(context, known ?? fresh(context, task, { kind: "resolve", round }));
  await resolve(
    context.stage("refinery", id),
    {
      task,
      attempt,
      candidate: commit,
      resume: known !== undefined,
      budgetUsd: context.budgetUsd,
      anew: known === undefined ? attempt.session : anew(context, attempt),
      spare: `${placeOf(attempt)}-${context.delivery.token}`,
      begun: (begun) => note(context, { ...attempt, ...begun }),
      ended: (outcome) => conclude(context, { task, attempt, outcome }, "resolve"),
    },
    signal,
  );
  await sweepIfOver(context.house, context.site, id); // others may have ended it meanwhile
}

async function recordOf({ house, delivery }: JobContext, id: TaskId): Promise<TaskRecord> {
  const record = await house.engine.task(delivery.project, id);
  if (record === null) throw new Error(`the ledger lacks task ${id}`);
  return record;
}

function fresh(
  { house, site }: JobContext,
  task: Task,
  { kind, round }: Pick<Attempt, "kind" | "round">,
): Attempt {
  const { attempt } = task.state;
  const workspace = placeOf({ task: task.id, attempt, kind, round });
  return {
    task: task.id,
    attempt,
    kind,
    round,
    model: modelFor(site, task, kind),
    session: house.clock.session(workspace),
    workspace,
    base: null,
    startedAt: house.clock.now(),
    endedAt: null,
    outcome: { kind: "running" },
    summary: "",
    changes: [],
    spending: nothingSpent,
    durationMs: 0,
  };
}

/** Names the workspace of an attempt, unless it goes on in another. */
const placeOf = (of: Pick<Attempt, "task" | "attempt" | "kind" | "round">): string =>
  [of.kind, of.task, of.attempt, ...(of.round === 0 ? [] : [of.round])].join("-");

/** The role's model; a stronger one where nothing is left to lose but this attempt. */
function modelFor({ settings }: Site, task: Task, kind: Attempt["kind"]): string {
  const { models, escalation } = settings;
  if (kind === "resolve") return models.refinery;
  return escalation !== null && isLastResort(task) ? escalation : models.worker;
}

/** A session of its own for this delivery. */
const anew = ({ house, delivery }: JobContext, { workspace }: Attempt): Attempt["session"] =>
  house.clock.session(`${workspace}-${delivery.token}`);

/** Records an attempt as running, before anything happens in the world. */
async function begin(context: JobContext, attempt: Attempt): Promise<Attempt> {
  const { held } = context.site.settings; // a later try may run under another
  const running: Attempt = { ...attempt, endedAt: null, outcome: { kind: "running" }, held };
  await note(context, running);
  return running;
}

async function tellEscalation({ house, site, delivery }: JobContext, attempt: Attempt) {
  await house.engine.transact(delivery.project, {}, (view) => {
    const draft = openDraft(view, site.limits.rules);
    const text = `attempt ${attempt.attempt} is the last one: it gets the model ${attempt.model}`;
    draft.note("info", text, { task: attempt.task });
    return { changes: draft.changes(), answer: null };
  });
}

/** Records an attempt; whoever has lost its task begins nothing: the session would be in vain. */
async function note({ house, delivery }: JobContext, attempt: Attempt): Promise<void> {
  const isOurs = await house.engine.transact(delivery.project, {}, (view) => {
    const state = view.tasks.find((each) => each.id === attempt.task)?.state;
    const ours = state !== undefined && "token" in state && state.token === delivery.token;
    return { changes: ours ? [{ kind: "attempt", attempt }] : [], answer: ours };
  });
  if (!isOurs) throw new LeaseLost(`the lease on ${delivery.job.id} is lost`);
}
