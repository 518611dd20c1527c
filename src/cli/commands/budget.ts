import { raiseBudget } from "../../core/commands.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes, failure, misuse } from "../exit-codes.ts";
import { pickProject } from "../pick.ts";
import { money } from "../render/format.ts";
import { rulesOf } from "../tell.ts";
import { todayOf } from "../today.ts";

export interface RaiseOptions {
  /** US dollars on top of the cap. */
  readonly today: number;
}

/** `orch budget raise`: lets a project spend more until the day is over. */
export async function budgetRaise(
  desk: Desk,
  name: string,
  { today }: RaiseOptions,
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const config = pickProject(portfolio, name);
    if (config.maxBudgetPerDay === null)
      throw misuse(
        `project ${config.name} has no cap for a day`,
        "the cap of a task, a cycle or the portfolio is raised in the portfolio file",
      );
    const told = await ledger.transact(config.name, {}, (view) =>
      raiseBudget(view, today, rulesOf(config)),
    );
    if (told.kind === "refused") throw failure(told.why);
    const { capUsd, raisedUsd } = todayOf(config, await ledger.overview(config.name));
    desk.answer({ project: config.name, cap_usd_today: capUsd, raised_usd: raisedUsd }, () => {
      const cap = money(capUsd ?? 0);
      return `${config.name} may spend ${cap} today; tomorrow the portfolio's cap holds again`;
    });
    return exitCodes.ok;
  });
}
