import { type Cycle, isOpen } from "../../core/cycle.ts";
import type { Instant } from "../../core/ids.ts";
import type { Money } from "../../core/ledger.ts";
import type { Limit } from "../../core/limit.ts";
import type { Portfolio, ProjectConfig } from "../../core/portfolio.ts";
import { pauseAt } from "../../core/project.ts";
import type { Overview } from "../../ports/engine.ts";
import type { Holder, Trouble } from "../backstage.ts";
import { line } from "../sanitize.ts";
import { allToday, todayOf } from "../today.ts";
import { counted, money, relative } from "./format.ts";
import { renderLimit } from "./limit.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { budgetSentence } from "./why.ts";

/** A project with what its ledger says; `problem` where the ledger cannot be read. */
export type Seen =
  | {
      readonly config: ProjectConfig;
      readonly overview: Overview;
      /** Why nothing can be done in its folder; null where something can. */
      readonly trouble: Trouble | null;
      readonly problem: null;
    }
  | {
      readonly config: ProjectConfig;
      readonly overview: null;
      readonly trouble: null;
      readonly problem: string;
    };

interface Look {
  readonly now: Instant;
  readonly limit: Limit;
  /** What all projects have spent and set aside today. */
  readonly everywhere: Money;
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly columns: number;
  /** Who works with the data folder: without a daemon no cycle begins by itself. */
  readonly holder: Holder | null;
}

const head = [
  "PROJECT",
  "STATE",
  "RUNNING",
  "PENDING",
  "WAITING",
  "DONE",
  "FAILED",
  "TODAY",
  "TOTAL",
  "NEXT CYCLE",
  "LAST CYCLE",
];

const numbers = ["RUNNING", "PENDING", "WAITING", "DONE", "FAILED", "TODAY", "TOTAL"];

const unconfined =
  'SANDBOX OFF: the portfolio says "sandbox": "off", so that agents can do whatever you can';

/** All projects as a table, and below it what needs a person. */
export function renderStatus(portfolio: Portfolio, seen: readonly Seen[], look: Look): string {
  if (seen.length === 0) return `${portfolio.file} lists no projects. Add one with \`orch init\`.`;
  const table = renderTable(
    head,
    seen.map((each) => row(each, look)),
    { right: numbers, columns: look.columns, spare: ["TOTAL", "LAST CYCLE", "DONE", "TODAY"] },
  );
  const notes = [...seen.flatMap((each) => notesOn(each, look))];
  const all = allToday(portfolio, look.everywhere);
  if (all.capUsd !== null) {
    const used = all.money.settledUsd + all.money.reservedUsd;
    notes.push(`today ${money(used)} of ${money(all.capUsd)} are spent or set aside in all`);
  }
  const limit = renderLimit(look.limit, look.now);
  const above = limit === null ? "" : `${look.paint.yellow(limit)}\n\n`;
  const open = portfolio.sandbox === "off" ? `${look.paint.red(unconfined)}\n\n` : "";
  return `${open}${above}${table}${notes.length === 0 ? "" : `\n\n${notes.join("\n")}`}`;
}

function row({ config, overview, trouble }: Seen, look: Look): readonly string[] {
  const { paint } = look;
  const { name } = config;
  if (overview === null)
    return [name, paint.red("unreadable"), ...Array.from({ length: head.length - 2 }, () => "-")];
  const { counts, today, totalUsd } = overview;
  const aside = today.reservedUsd === 0 ? "" : ` +${money(today.reservedUsd)}`;
  const spent = `${money(today.settledUsd)}${aside}`;
  const { capUsd, raisedUsd } = todayOf(config, overview);
  const raised = raisedUsd === 0 ? "" : ` (+${money(raisedUsd)})`;
  const hue = (n: number, colour: (text: string) => string): string =>
    n === 0 ? "0" : colour(String(n));
  return [
    name,
    trouble === null ? stateOf(config, overview, look) : paint.red("unusable"),
    hue(counts.in_progress, look.holder === null ? paint.yellow : paint.cyan),
    String(counts.pending),
    hue(counts.waiting, paint.yellow),
    hue(counts.done, paint.green),
    hue(counts.failed, paint.red),
    capUsd === null ? spent : `${spent} of ${money(capUsd)}${raised}`,
    money(totalUsd),
    nextOf(overview, look),
    lastOf(overview.lastCycle, look),
  ];
}

function stateOf({ enabled }: ProjectConfig, { project }: Overview, look: Look): string {
  if (!enabled) return look.paint.dim("disabled");
  return pauseAt(project, look.now) === null ? "active" : look.paint.yellow("paused");
}

function nextOf({ openCycle, nextCycleAt }: Overview, { now, holder }: Look): string {
  if (openCycle !== null && isOpen(openCycle) && openCycle.state.at !== "queued") {
    if (holder === null) return "when started"; // interrupted: it goes on before another begins
    return openCycle.state.at === "planning" ? "planning now" : "under way";
  }
  if (nextCycleAt === null) return "-";
  if (holder?.kind !== "daemon") return "when started";
  return nextCycleAt <= now ? "due" : relative(nextCycleAt, now);
}

function lastOf(cycle: Cycle | null, { paint, now }: Look): string {
  if (cycle === null || cycle.endedAt === null) return "-";
  const { state } = cycle;
  const when = relative(cycle.endedAt, now);
  if (state.at === "failed") return paint.red(`failed ${when}`);
  if (state.at !== "completed") return "-";
  const { landed, failed } = state.outcome;
  return `${landed} landed${failed > 0 ? paint.red(`, ${failed} failed`) : ""}, ${when}`;
}

function notesOn(
  { config, overview, trouble }: Seen,
  { now, paint, holder }: Look,
): readonly string[] {
  if (overview === null) return [];
  const { name } = config;
  const notes: string[] = [];
  if (trouble !== null)
    notes.push(`${paint.red("unusable")} ${name}: ${line(trouble.what)} (${line(trouble.hint)})`);
  const pause = pauseAt(overview.project, now);
  if (pause !== null) {
    const until = pause.until === null ? "" : `; goes on ${relative(pause.until, now)}`;
    const how = `orch resume --project ${name}`;
    const who = pause.by === "person" ? "" : ` by ${pause.by}`;
    notes.push(`${paint.yellow("paused")} ${name}${who}: ${line(pause.why, 200)}${until} (${how})`);
  }
  const budget = budgetSentence(config, overview.waitsFor);
  if (budget !== null) notes.push(`${paint.yellow("budget")} ${name}: ${budget}`);
  if (overview.counts.in_progress > 0 && holder === null) {
    const what = counted(overview.counts.in_progress, "task");
    const how = `orch run --project ${name}, or orch start, goes on`;
    notes.push(`${paint.yellow("stopped")} ${name}: ${what} under way, nobody at work (${how})`);
  }
  if (overview.counts.waiting > 0) {
    const what = counted(overview.counts.waiting, "task");
    notes.push(
      `${paint.yellow("waiting")} ${name}: ${what} for you (orch tasks --project ${name} ` +
        `--status waiting)`,
    );
  }
  const last = overview.lastCycle?.state;
  if (last?.at === "failed") notes.push(`${paint.red("failed")} ${name}: ${line(last.why, 200)}`);
  return notes;
}
