/** The `judge` job: one verdict on one commit, and what follows from it. */
import type { Draft } from "../core/draft.ts";
import { listed } from "../core/failure.ts";
import type { TaskId } from "../core/ids.ts";
import type { View } from "../core/ledger.ts";
import type { Spending } from "../core/records.ts";
import type { TaskEvent } from "../core/task.ts";
import { type JudgeOutcome, judge } from "../stages/judge/judge.ts";
import { finish, heed, restsUntil } from "./finish.ts";
import type { JobContext } from "./jobs.ts";

/** Judges a task's candidate. */
export async function doJudge(context: JobContext, id: TaskId, signal: AbortSignal): Promise<void> {
  const { house, site, delivery, budgetUsd } = context;
  const record = await house.engine.task(delivery.project, id);
  if (record === null || record.task.state.at !== "judging") return;
  const { task, attempts, verdicts } = record;
  const { attempt, commit } = record.task.state;
  const author = attempts.find(
    ({ outcome }) => outcome.kind === "submitted" && outcome.commit === commit,
  );
  if (author === undefined || author.base === null)
    throw new Error(`no attempt of task ${id} submitted ${commit}`);
  const { repo } = site.world;
  const outcome = await judge(
    context.stage("judge", id),
    {
      task,
      attempt,
      number: verdicts.length + 1,
      candidate: await repo.commit(commit, signal),
      base: await repo.commit(author.base, signal),
      budgetUsd,
    },
    signal,
  );
  await conclude(context, id, outcome);
}

async function conclude(context: JobContext, id: TaskId, outcome: JudgeOutcome): Promise<void> {
  const { house, delivery } = context;
  const { token } = delivery;
  const record = (draft: Draft, view: View): void => {
    if (outcome.kind === "released") {
      const notBefore = restsUntil(outcome.release, view.now);
      draft.tell(id, { type: "judge.released", why: outcome.release.why, notBefore, token });
      heed(draft, outcome.release, delivery, view);
      return;
    }
    draft.add({ kind: "verdict", verdict: outcome.verdict });
    draft.tell(id, eventOf(outcome, { token, now: view.now, chance: view.chance }));
  };
  const { costUsd } = spendingOf(outcome);
  await finish(house, delivery, { needs: { tasks: [id] }, costUsd, conclude: record });
}

const spendingOf = (outcome: JudgeOutcome): Spending =>
  outcome.kind === "judged" ? outcome.verdict.spending : outcome.spending;

type Judged = Extract<JudgeOutcome, { readonly kind: "judged" }>;

function eventOf(
  { verdict: { decision, reasons, hold }, failure: kind }: Judged,
  told: Pick<TaskEvent & { type: "judge.failed" }, "token" | "now" | "chance">,
): TaskEvent {
  const { token, now } = told;
  const detail = listed(reasons);
  switch (decision) {
    case "pass":
      return { type: "judge.passed", hold, token, now };
    case "fail":
      return { type: "judge.failed", failure: { kind, detail }, ...told };
    case "inconclusive":
      return { type: "judge.inconclusive", detail, token, now };
    default:
      return decision satisfies never;
  }
}
