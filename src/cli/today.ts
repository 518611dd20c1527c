/** A project's day: what it spent, what it may, and where that leads. */
import { forecast } from "../core/costs.ts";
import { type Instant, instant, type ProjectName } from "../core/ids.ts";
import type { Money } from "../core/ledger.ts";
import type { Portfolio } from "../core/portfolio.ts";
import { type Project, raisedOn } from "../core/project.ts";
import { iso, money, timeOfDay } from "./render/format.ts";

export interface Today {
  /** Null: all projects together. */
  readonly project: ProjectName | null;
  readonly money: Money;
  /** US dollars, with what a person raised it by; null: no cap. */
  readonly capUsd: number | null;
  readonly raisedUsd: number;
}

/** The cap of a project's day, with what a person raised it by. */
export function todayOf(
  { name, maxBudgetPerDay: cap }: Portfolio["projects"][number],
  {
    project,
    today,
    day,
  }: { readonly project: Project; readonly today: Money; readonly day: string },
): Today {
  const raisedUsd = cap === null ? 0 : raisedOn(project, day);
  return { project: name, money: today, capUsd: cap === null ? null : cap + raisedUsd, raisedUsd };
}

/** All projects' day together, in the portfolio's own books: projects that left count, too. */
export const allToday = ({ maxBudgetPerDay }: Portfolio, everywhere: Money): Today => ({
  project: null,
  money: everywhere,
  capUsd: maxBudgetPerDay,
  raisedUsd: 0,
});

/** The bounds of the day of `now`, where the person is. */
function dayOf(now: Instant): { readonly from: number; readonly lengthMs: number } {
  const from = new Date(now).setHours(0, 0, 0, 0);
  return { from, lengthMs: new Date(from).setDate(new Date(from).getDate() + 1) - from };
}

function leadsTo({ money: { settledUsd }, capUsd }: Today, now: Instant) {
  const { from, lengthMs } = dayOf(now);
  const told = forecast(settledUsd, capUsd, (now - from) / lengthMs);
  const at = told === null || told.capAt === null ? null : instant(from + told.capAt * lengthMs);
  return { forecastUsd: told?.dayUsd ?? null, capReachedAt: at };
}

/** A day as JSON. */
export function todayJson(today: Today, now: Instant) {
  const { forecastUsd, capReachedAt } = leadsTo(today, now);
  return {
    project: today.project,
    spent_usd: today.money.settledUsd,
    reserved_usd: today.money.reservedUsd,
    cap_usd: today.capUsd,
    raised_usd: today.raisedUsd,
    forecast_usd: forecastUsd,
    cap_reached_at: iso(capReachedAt),
  };
}

/** A day in a row: who, spent, set aside, cap, forecast. */
export function todayRow(today: Today, now: Instant): readonly string[] {
  const { forecastUsd, capReachedAt } = leadsTo(today, now);
  const end = forecastUsd === null ? "-" : money(forecastUsd);
  const cap = today.capUsd === null ? "none" : money(today.capUsd);
  const raised = today.raisedUsd === 0 ? "" : ` (+${money(today.raisedUsd)})`;
  return [
    today.project ?? "all projects",
    money(today.money.settledUsd),
    money(today.money.reservedUsd),
    `${cap}${raised}`,
    capReachedAt === null ? end : `${end}, cap at ${timeOfDay(capReachedAt)}`,
  ];
}
