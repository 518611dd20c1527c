/** `orch run --dry-run`: what cycles may cost, by what went before. */
import { type Bound, boundOf } from "../core/costs.ts";
import type { Portfolio, ProjectConfig } from "../core/portfolio.ts";
import { isOver } from "../core/task.ts";
import type { Ledger } from "../ports/engine.ts";
import { type Desk, withLedger } from "./desk.ts";
import { exitCodes } from "./exit-codes.ts";
import { counted, money } from "./render/format.ts";
import { renderTable } from "./render/table.ts";
import { todayOf } from "./today.ts";

interface Plan {
  readonly project: ProjectConfig["name"];
  readonly planned: boolean;
  readonly tasks: number;
  readonly sessions: number;
  readonly bound: Bound;
}

/** More open tasks than a project ever has. */
const tasksMax = 100_000;

/** Tells what `cycles` cycles of each project may cost, and begins none. */
export async function dryRun(
  desk: Desk,
  projects: readonly ProjectConfig[],
  cycles: number,
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const plans: Plan[] = [];
    for (const config of projects) plans.push(await planOf(ledger, portfolio, { config, cycles }));
    desk.answer(
      plans.map(({ project, planned, tasks, sessions, bound }) => ({
        ...{ project, planned, tasks, sessions_known: sessions },
        ...{ likely_usd: bound.likelyUsd, most_usd: bound.mostUsd },
      })),
      () => render(plans, cycles),
    );
    return exitCodes.ok;
  });
}

async function planOf(
  ledger: Ledger,
  portfolio: Portfolio,
  { config, cycles }: { readonly config: ProjectConfig; readonly cycles: number },
): Promise<Plan> {
  const overview = await ledger.overview(config.name);
  const history = await ledger.reservations(config.name, "0000-00-00");
  const tasks = await ledger.tasks(config.name, { limit: tasksMax });
  const open = tasks.filter(({ state }) => !isOver(state)).length;
  const planned = config.backlogSource !== "manual";
  // a plan fills the places that open tasks leave
  const count = planned ? Math.max(open, config.maxWorkers) : open;
  const { money: today, capUsd } = todayOf(config, overview);
  const ofDay = capUsd === null ? null : capUsd - today.settledUsd - today.reservedUsd;
  const caps = [config.maxBudgetPerCycle, ofDay, portfolio.maxBudgetPerDay].filter(
    (each) => each !== null,
  );
  const bound = boundOf(history, {
    ...{ planned, tasks: count, attempts: config.maxAttempts },
    sessionUsd: {
      planner: config.plannerBudget,
      worker: config.maxBudgetPerTask,
      judge: config.judgeBudget,
      refinery: config.maxBudgetPerTask,
    },
    leftUsd: caps.length === 0 ? null : Math.min(...caps),
  });
  const times = (usd: number): number => Math.min(usd * cycles, ofDay ?? Number.POSITIVE_INFINITY);
  const likelyUsd = bound.likelyUsd === null ? null : times(bound.likelyUsd);
  return {
    ...{ project: config.name, planned, tasks: count },
    sessions: history.filter(({ settledUsd }) => (settledUsd ?? 0) > 0).length,
    bound: { likelyUsd, mostUsd: times(bound.mostUsd) },
  };
}

function render(plans: readonly Plan[], cycles: number): string {
  const table = renderTable(
    ["PROJECT", "TASKS", "LIKELY", "AT MOST", "KNOWN FROM"],
    plans.map(({ project, tasks, sessions, bound }) => [
      ...[project, `up to ${tasks}`],
      bound.likelyUsd === null ? "too little known" : money(bound.likelyUsd),
      money(bound.mostUsd),
      counted(sessions, "session"),
    ]),
    { right: ["LIKELY", "AT MOST"] },
  );
  const most = plans.reduce((sum, { bound }) => sum + bound.mostUsd, 0);
  const what = cycles === 1 ? "a cycle" : `${cycles} cycles`;
  return `${table}\n\n${what}: at most ${money(most)}; nothing was begun`;
}
