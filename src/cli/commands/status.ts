import type { Instant } from "../../core/ids.ts";
import type { Money } from "../../core/ledger.ts";
import type { Portfolio } from "../../core/portfolio.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Backstage, Holder } from "../backstage.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { byPriority, pickProjects } from "../pick.ts";
import { commandOf } from "../render/format.ts";
import { projectJson } from "../render/json.ts";
import { limitJson } from "../render/limit.ts";
import { paintFor } from "../render/paint.ts";
import { renderStatus, type Seen } from "../render/status.ts";
import { line } from "../sanitize.ts";
import { allToday, todayJson } from "../today.ts";

export interface StatusOptions {
  readonly project?: string[] | undefined;
}

/** `orch status`: all projects at a glance. */
export async function status(desk: Desk, options: StatusOptions): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const backstage = await desk.backstage();
    const now = backstage.clock.now();
    const projects = pickProjects(portfolio, options.project);
    const seen = await look(ledger, { ...portfolio, projects }, backstage.unusable);
    const holder = await backstage.holder(portfolio);
    const [limit, everywhere] = [await ledger.limit(), await ledger.everywhere()];
    desk.answer(
      { ...toJson(portfolio, seen, { now, holder, everywhere }), limit: limitJson(limit) },
      () =>
        renderStatus(portfolio, seen, {
          ...{ now, limit, everywhere, holder, columns: desk.columns },
          paint: paintFor(desk.colour.out),
        }),
    );
    for (const { config, problem } of seen)
      if (problem !== null) desk.say(`orch: ${config.name}: its ledger cannot be read: ${problem}`);
    return seen.some(({ problem }) => problem !== null) ? exitCodes.failed : exitCodes.ok;
  });
}

async function look(
  ledger: Engine,
  { projects }: Portfolio,
  unusable: Backstage["unusable"],
): Promise<readonly Seen[]> {
  return Promise.all(
    byPriority(projects).map(async (config): Promise<Seen> => {
      try {
        const overview = await ledger.overview(config.name);
        const trouble = config.enabled ? unusable(config.path) : null;
        return { config, overview, trouble, problem: null };
      } catch (fault) {
        // one damaged ledger must not hide the other projects
        const problem = line(fault instanceof Error ? fault.message : String(fault), 500);
        return { config, overview: null, trouble: null, problem };
      }
    }),
  );
}

interface Told {
  readonly now: Instant;
  readonly holder: Holder | null;
  readonly everywhere: Money;
}

const toJson = (
  portfolio: Portfolio,
  seen: readonly Seen[],
  { now, holder, everywhere }: Told,
) => ({
  portfolio: portfolio.name,
  file: portfolio.file,
  data_dir: portfolio.dataDir,
  sandbox: portfolio.sandbox,
  at: new Date(now).toISOString(),
  cap_usd_per_day: portfolio.maxBudgetPerDay,
  today: todayJson(allToday(portfolio, everywhere), now),
  served_by: holder === null ? null : { command: commandOf(holder), pid: holder.pid },
  projects: seen.map(({ config, overview, trouble, problem }) =>
    overview === null
      ? { name: config.name, path: config.path, state: "unreadable", problem }
      : trouble === null
        ? projectJson(config, overview)
        : { ...projectJson(config, overview), state: "unusable", problem: trouble.what },
  ),
});
