import type { Instant } from "../../core/ids.ts";
import type { Portfolio } from "../../core/portfolio.ts";
import type { Engine } from "../../ports/engine.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { byPriority, pickProjects } from "../pick.ts";
import { projectJson } from "../render/json.ts";
import { limitJson } from "../render/limit.ts";
import { paintFor } from "../render/paint.ts";
import { renderStatus, type Seen } from "../render/status.ts";
import { line } from "../sanitize.ts";

export interface StatusOptions {
  readonly project?: string[] | undefined;
}

/** `orch status`: all projects at a glance. */
export async function status(desk: Desk, options: StatusOptions): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const now = (await desk.backstage()).clock.now();
    const projects = pickProjects(portfolio, options.project);
    const seen = await look(ledger, { ...portfolio, projects });
    const limit = await ledger.limit();
    desk.answer({ ...toJson(portfolio, seen, now), limit: limitJson(limit) }, () =>
      renderStatus(portfolio, seen, { now, limit, paint: paintFor(desk.colour.out) }),
    );
    for (const { config, problem } of seen)
      if (problem !== null) desk.say(`orch: ${config.name}: its ledger cannot be read: ${problem}`);
    return seen.some(({ problem }) => problem !== null) ? exitCodes.failed : exitCodes.ok;
  });
}

async function look(ledger: Engine, { projects }: Portfolio): Promise<readonly Seen[]> {
  return Promise.all(
    byPriority(projects).map(async (config): Promise<Seen> => {
      try {
        return { config, overview: await ledger.overview(config.name), problem: null };
      } catch (fault) {
        // one damaged ledger must not hide the other projects
        const problem = line(fault instanceof Error ? fault.message : String(fault), 500);
        return { config, overview: null, problem };
      }
    }),
  );
}

const toJson = (portfolio: Portfolio, seen: readonly Seen[], now: Instant) => ({
  portfolio: portfolio.name,
  file: portfolio.file,
  data_dir: portfolio.dataDir,
  at: new Date(now).toISOString(),
  cap_usd_per_day: portfolio.maxBudgetPerDay,
  projects: seen.map(({ config, overview, problem }) =>
    overview === null
      ? { name: config.name, path: config.path, state: "unreadable", problem }
      : projectJson(config, overview),
  ),
});
