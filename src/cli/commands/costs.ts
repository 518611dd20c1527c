import {
  byModel,
  cacheHits,
  reservedUsd,
  sessionsOf,
  settledUsd,
  unassignedUsd,
  unknownBillUsd,
} from "../../core/costs.ts";
import type { Instant, ProjectName } from "../../core/ids.ts";
import type { Reservation } from "../../core/records.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { pickProjects } from "../pick.ts";
import { lostWords, money } from "../render/format.ts";
import { paintFor } from "../render/paint.ts";
import { renderTable } from "../render/table.ts";
import { allToday, type Today, todayJson, todayOf, todayRow } from "../today.ts";

export interface CostsOptions {
  readonly project?: string[] | undefined;
  readonly days: number;
}

interface Spent {
  readonly project: ProjectName;
  readonly reservation: Reservation;
}

interface Share {
  readonly key: string;
  readonly costUsd: number;
  readonly sessions: number;
}

/** Tasks shown to people; `--json` has them all. */
const tasksShown = 10;
const dayMs = 24 * 3_600_000;

/** `orch costs`: what sessions cost, by day, project, role, model and task; and today's caps. */
export async function costs(desk: Desk, options: CostsOptions): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const now = (await desk.backstage()).clock.now();
    const since = new Date(now - (options.days - 1) * dayMs).toISOString().slice(0, 10);
    const spent: Spent[] = [];
    const days: Today[] = [];
    for (const config of pickProjects(portfolio, options.project)) {
      for (const reservation of await ledger.reservations(config.name, since))
        spent.push({ project: config.name, reservation });
      days.push(todayOf(config, await ledger.overview(config.name)));
    }
    const shares = {
      day: shareBy(spent, ({ reservation }) => reservation.day).sort(byKey),
      project: shareBy(spent, ({ project }) => project).sort(byCost),
      role: shareBy(spent, ({ reservation }) => reservation.role).sort(byCost),
      task: shareBy(spent, ({ reservation }) => reservation.task).sort(byCost),
    };
    // the portfolio's cap is over all projects: a part of them says nothing about it
    const all =
      options.project === undefined ? [allToday(portfolio, await ledger.everywhere())] : [];
    const bill = { since, now, shares, spent: spent.map((each) => each.reservation) };
    const told = { ...bill, days: [...days, ...all] };
    desk.answer(toJson(told), () => render(told, desk));
    return exitCodes.ok;
  });
}

const byKey = (a: Share, b: Share): number => a.key.localeCompare(b.key);
const byCost = (a: Share, b: Share): number => b.costUsd - a.costUsd;

/** What spent nothing was none: a verdict may need no reading. */
function countSessions(group: readonly Spent[]): number {
  const projects = new Set(group.map(({ project }) => project));
  const of = (name: string) => group.filter(({ project }) => project === name);
  return [...projects].reduce(
    (sum, name) => sum + sessionsOf(of(name).map(({ reservation }) => reservation)).size,
    0,
  );
}

function shareBy(spent: readonly Spent[], keyOf: (each: Spent) => string | null): Share[] {
  const groups = new Map<string, Spent[]>();
  for (const each of spent) {
    const key = keyOf(each);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups].map(([key, group]) => ({
    key,
    costUsd: settledUsd(group.map(({ reservation }) => reservation)),
    sessions: countSessions(group),
  }));
}

type Shares = Readonly<Record<"day" | "project" | "role" | "task", readonly Share[]>>;

interface Bill {
  readonly since: string;
  readonly now: Instant;
  readonly shares: Shares;
  readonly spent: readonly Reservation[];
  readonly days: readonly Today[];
}

function toJson({ since, now, shares, spent, days }: Bill) {
  const list = (name: keyof Shares) =>
    shares[name].map(({ key, costUsd, sessions }) => ({
      [name]: key,
      cost_usd: costUsd,
      sessions,
    }));
  const models = byModel(spent);
  return {
    since,
    total_usd: settledUsd(spent),
    reserved_usd: reservedUsd(spent),
    lost_usd: unknownBillUsd(spent),
    by_day: list("day"),
    by_project: list("project"),
    by_role: list("role"),
    by_model: models.map((usage) => ({
      model: usage.model,
      cost_usd: usage.costUsd,
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_read_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      cache_hits: cacheHits([usage]),
    })),
    unassigned_usd: unassignedUsd(spent),
    cache_hits: cacheHits(models),
    by_task: list("task"),
    today: days.map((each) => todayJson(each, now)),
  };
}

const percent = (share: number | null): string =>
  share === null ? "-" : `${Math.round(share * 100)} %`;

const tokens = (count: number): string =>
  count < 10_000 ? String(count) : `${Math.round(count / 1_000)}k`;

function renderModels(spent: readonly Reservation[]): string {
  const rows = byModel(spent).map((usage) => [
    usage.model,
    money(usage.costUsd),
    tokens(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens),
    tokens(usage.outputTokens),
    percent(cacheHits([usage])),
  ]);
  const rest = unassignedUsd(spent);
  const other = rest < 0.005 ? [] : [["not told by model", money(rest), "-", "-", "-"]];
  const all = [...rows, ...other];
  if (all.length === 0) return "";
  return renderTable(["MODEL", "COST", "IN", "OUT", "CACHE HITS"], all, {
    right: ["COST", "IN", "OUT", "CACHE HITS"],
  });
}

function render({ now, shares, spent, days }: Bill, desk: Desk): string {
  if (spent.length === 0) return "nothing has been spent";
  const paint = paintFor(desk.colour.out);
  const table = (name: string, rows: readonly Share[]): string =>
    rows.length === 0
      ? ""
      : renderTable(
          [name, "COST", "SESSIONS"],
          rows.map(({ key, costUsd, sessions }) => [key, money(costUsd), String(sessions)]),
          { right: ["COST", "SESSIONS"] },
        );
  const open = reservedUsd(spent);
  const aside = open > 0 ? `, ${money(open)} set aside` : "";
  const lost = unknownBillUsd(spent);
  const gone = lost > 0 ? `, ${money(lost)} of it ${lostWords}` : "";
  const total = `${paint.bold("total")} ${money(settledUsd(spent))}${gone}${aside}`;
  const today = renderTable(
    ["TODAY", "SPENT", "SET ASIDE", "CAP", "AT THIS PACE"],
    days.map((each) => todayRow(each, now)),
    { right: ["SPENT", "SET ASIDE", "CAP"] },
  );
  return [
    table("DAY", shares.day),
    table("PROJECT", shares.project),
    table("ROLE", shares.role),
    renderModels(spent),
    table("TASK", shares.task.slice(0, tasksShown)),
    today,
    total,
  ]
    .filter((each) => each !== "")
    .join("\n\n");
}
