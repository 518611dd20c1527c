/** The `merge` job: takes an approved candidate to the branch. */
import type { Draft } from "../core/draft.ts";
import type { TaskId } from "../core/ids.ts";
import type { View } from "../core/ledger.ts";
import type { Landing } from "../core/records.ts";
import type { TaskEvent } from "../core/task.ts";
import { type MergeOutcome, merge } from "../stages/merge/merge.ts";
import { finish } from "./finish.ts";
import type { JobContext } from "./jobs.ts";

/** Merges a task's candidate. */
export async function doMerge(context: JobContext, id: TaskId, signal: AbortSignal): Promise<void> {
  const { house, site, delivery } = context;
  const record = await house.engine.task(delivery.project, id);
  if (record === null || record.task.state.at !== "merging") return;
  const { attempt, commit, tries } = record.task.state;
  const outcome = await merge(
    context.stage("refinery", id),
    {
      task: record.task,
      attempt,
      candidate: commit,
      token: delivery.token,
      agreed: record.verdicts.some((each) => each.commit === commit && each.hold !== null),
      lastTry: tries >= site.limits.rules.lossesMax,
      intend: (landing) => intend(context, id, landing),
    },
    signal,
  );
  const open = record.landings.filter(({ state }) => state === "intended");
  await conclude(context, id, { outcome, open });
}

/** Records a landing that is about to be tried, while the delivery still holds the task. */
async function intend(
  { house, delivery }: JobContext,
  id: TaskId,
  landing: Landing,
): Promise<boolean> {
  return house.engine.transact(delivery.project, { tasks: [id] }, (view) => {
    const state = view.tasks.find((each) => each.id === id)?.state;
    const ours = state?.at === "merging" && state.token === delivery.token;
    return { changes: ours ? [{ kind: "landing", landing }] : [], answer: ours };
  });
}

interface Ended {
  readonly outcome: MergeOutcome;
  /** Landings that were intended by deliveries which died. */
  readonly open: readonly Landing[];
}

async function conclude(context: JobContext, id: TaskId, { outcome, open }: Ended): Promise<void> {
  const { house, delivery } = context;
  const conclude = (draft: Draft, view: View): void => {
    const told = { token: delivery.token, now: view.now, chance: view.chance };
    for (const each of open) draft.add({ kind: "landing", landing: settled(each, outcome) });
    if ("landing" in outcome && outcome.landing !== null)
      draft.add({ kind: "landing", landing: outcome.landing });
    draft.tell(id, eventOf(outcome, told));
    if (outcome.kind === "landed" && outcome.unpushed !== null)
      draft.note("warning", `landed, but not pushed: ${outcome.unpushed}`, { task: id });
  };
  await finish(house, delivery, { needs: { tasks: [id] }, costUsd: 0, conclude });
}

/** What became of a landing that nobody could report. */
const settled = (landing: Landing, outcome: MergeOutcome): Landing => ({
  ...landing,
  state: outcome.kind === "landed" && outcome.commit === landing.commit ? "landed" : "raced",
});

function eventOf(
  outcome: MergeOutcome,
  told: Pick<TaskEvent & { type: "merge.rejected" }, "token" | "now" | "chance">,
): TaskEvent {
  const { token, now } = told;
  switch (outcome.kind) {
    case "landed":
      return { type: "merge.landed", commit: outcome.commit, token };
    case "raced":
    case "aborted":
      return { type: "merge.raced", token, now };
    case "parked":
      return { type: "merge.parked", why: outcome.why, notBefore: outcome.until, token };
    case "conflicted":
      return { type: "merge.conflicted", paths: outcome.paths, token, now };
    case "rejected":
      return { type: "merge.rejected", failure: outcome.failure, ...told };
    default:
      return outcome satisfies never;
  }
}
