/** `orch run --dry-run`: what cycles may cost, by what went before. */
import { type Bound, boundOf, sessionsOf } from "../core/costs.ts";
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
    const leftUsd = await leftEverywhere(ledger, portfolio);
    const plans: Plan[] = [];
    for (const config of projects) plans.push(await planOf(ledger, { config, cycles, leftUsd }));
    desk.answer(
      plans.map(({ project, planned, tasks, sessions, bound }) => ({
        ...{ project, planned, tasks, sessions_known: sessions },
        ...{ likely_usd: bound.likelyUsd, most_usd: bound.mostUsd },
      })),
      () => render(plans, { cycles, leftUsd }),
    );
    return exitCodes.ok;
  });
}

/** What the portfolio's cap leaves of today, whoever spent the rest; null: no cap. */
async function leftEverywhere(
  ledger: Ledger,
  { maxBudgetPerDay: capUsd }: Portfolio,
): Promise<number | null> {
  if (capUsd === null) return null;
  const { settledUsd, reservedUsd } = await ledger.everywhere();
  return Math.max(0, capUsd - settledUsd - reservedUsd);
}

interface Asked {
  readonly config: ProjectConfig;
  readonly cycles: number;
  /** What the portfolio leaves to all projects together today, in US dollars; null: no cap. */
  readonly leftUsd: number | null;
}

async function planOf(ledger: Ledger, { config, cycles, leftUsd: ofAll }: Asked): Promise<Plan> {
  const overview = await ledger.overview(config.name);
  const history = await ledger.reservations(config.name, "0000-00-00");
  const tasks = await ledger.tasks(config.name, { limit: tasksMax });
  const open = tasks.filter(({ state }) => !isOver(state)).length;
  const planned = config.backlogSource !== "manual";
  // a plan fills the places that open tasks leave
  const count = planned ? Math.max(open, config.maxWorkers) : open;
  const { money: today, capUsd } = todayOf(config, overview);
  const ofMine = capUsd === null ? null : capUsd - today.settledUsd - today.reservedUsd;
  const ofDay = leastOf([ofMine, ofAll]);
  const bound = boundOf(history, {
    ...{ planned, tasks: count, attempts: config.maxAttempts },
    sessionUsd: {
      planner: config.plannerBudget,
      worker: config.maxBudgetPerTask,
      judge: config.judgeBudget,
      refinery: config.maxBudgetPerTask,
    },
    leftUsd: leastOf([config.maxBudgetPerCycle, ofDay]),
  });
  const times = (usd: number): number =>
    Math.max(0, Math.min(usd * cycles, ofDay ?? Number.POSITIVE_INFINITY));
  const likelyUsd = bound.likelyUsd === null ? null : times(bound.likelyUsd);
  return {
    ...{ project: config.name, planned, tasks: count },
    sessions: sessionsOf(history).size,
    bound: { likelyUsd, mostUsd: times(bound.mostUsd) },
  };
}

function leastOf(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((each) => each !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function render(
  plans: readonly Plan[],
  { cycles, leftUsd }: Pick<Asked, "cycles" | "leftUsd">,
): string {
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
  const sum = plans.reduce((all, { bound }) => all + bound.mostUsd, 0);
  const most = Math.min(sum, leftUsd ?? sum);
  const what = cycles === 1 ? "a cycle" : `${cycles} cycles`;
  return `${table}\n\n${what}: at most ${money(most)}; nothing was begun`;
}
