import type { ProjectName } from "../../core/ids.ts";
import type { Reservation } from "../../core/records.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes } from "../exit-codes.ts";
import { pickProjects } from "../pick.ts";
import { lostWords, money } from "../render/format.ts";
import { paintFor } from "../render/paint.ts";
import { renderTable } from "../render/table.ts";

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

/** `orch costs`: what sessions cost, by day, project, role and task. */
export async function costs(desk: Desk, options: CostsOptions): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const now = (await desk.backstage()).clock.now();
    const since = new Date(now - (options.days - 1) * dayMs).toISOString().slice(0, 10);
    const spent: Spent[] = [];
    for (const { name } of pickProjects(portfolio, options.project))
      for (const reservation of await ledger.reservations(name, since))
        spent.push({ project: name, reservation });
    const shares = {
      day: shareBy(spent, ({ reservation }) => reservation.day).sort(byKey),
      project: shareBy(spent, ({ project }) => project).sort(byCost),
      role: shareBy(spent, ({ reservation }) => reservation.role).sort(byCost),
      task: shareBy(spent, ({ reservation }) => reservation.task).sort(byCost),
    };
    desk.answer(toJson(since, spent, shares), () => render(shares, spent, desk));
    return exitCodes.ok;
  });
}

const byKey = (a: Share, b: Share): number => a.key.localeCompare(b.key);
const byCost = (a: Share, b: Share): number => b.costUsd - a.costUsd;

/** What still runs has cost nothing that is known; what it has set aside is told apart. */
const settled = (spent: readonly Spent[]): number =>
  spent.reduce((sum, { reservation }) => sum + (reservation.settledUsd ?? 0), 0);

const reserved = (spent: readonly Spent[]): number =>
  spent.reduce(
    (sum, { reservation: each }) => sum + (each.settledUsd === null ? each.amountUsd : 0),
    0,
  );

/** What spent nothing was none: a verdict may need no reading. */
const isSession = ({ reservation }: Spent): boolean => (reservation.settledUsd ?? 0) > 0;

const lost = (spent: readonly Spent[]): number =>
  settled(spent.filter(({ reservation }) => reservation.lost === true));

function shareBy(spent: readonly Spent[], keyOf: (each: Spent) => string | null): Share[] {
  const groups = new Map<string, Spent[]>();
  for (const each of spent) {
    const key = keyOf(each);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups].map(([key, group]) => ({
    key,
    costUsd: settled(group),
    sessions: group.filter(isSession).length,
  }));
}

type Shares = Readonly<Record<"day" | "project" | "role" | "task", readonly Share[]>>;

function toJson(since: string, spent: readonly Spent[], shares: Shares) {
  const list = (name: keyof Shares) =>
    shares[name].map(({ key, costUsd, sessions }) => ({
      [name]: key,
      cost_usd: costUsd,
      sessions,
    }));
  return {
    since,
    total_usd: settled(spent),
    reserved_usd: reserved(spent),
    lost_usd: lost(spent),
    by_day: list("day"),
    by_project: list("project"),
    by_role: list("role"),
    by_task: list("task"),
  };
}

function render(shares: Shares, spent: readonly Spent[], desk: Desk): string {
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
  const open = reserved(spent);
  const aside = open > 0 ? `, ${money(open)} set aside` : "";
  const gone = lost(spent) > 0 ? `, ${money(lost(spent))} of it ${lostWords}` : "";
  const total = `${paint.bold("total")} ${money(settled(spent))}${gone}${aside}`;
  return [
    table("DAY", shares.day),
    table("PROJECT", shares.project),
    table("ROLE", shares.role),
    table("TASK", shares.task.slice(0, tasksShown)),
    total,
  ]
    .filter((each) => each !== "")
    .join("\n\n");
}
