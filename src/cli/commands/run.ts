import { isShutFor } from "../../core/limit.ts";
import { modelAddress, modelPlace } from "../../core/model-address.ts";
import type { Portfolio, ProjectConfig } from "../../core/portfolio.ts";
import { pauseAt, pauser } from "../../core/project.ts";
import { shutMs } from "../../core/settle.ts";
import type { Ledger } from "../../ports/engine.ts";
import type { Holder, Lock } from "../backstage.ts";
import { type Desk, withLedger } from "../desk.ts";
import { dryRun } from "../dry-run.ts";
import { Complaint, exitCodes, failure, misuse } from "../exit-codes.ts";
import { handOver } from "../hand-over.ts";
import { pickProjects } from "../pick.ts";
import { commandOf } from "../render/format.ts";
import { renderLimit } from "../render/limit.ts";
import type { ServedBy } from "../render/outlook.ts";
import { paintFor } from "../render/paint.ts";
import { renderReport } from "../render/summary.ts";
import { reportJson } from "../report.ts";
import { type RunResult, refuseMisplacedData, refuseWithoutRoom, runHere } from "../run-here.ts";
import { line } from "../sanitize.ts";

export interface RunOptions {
  readonly project?: string[] | undefined;
  readonly cycles: number;
  readonly dryRun?: true | undefined;
}

/** `orch run`: cycles, and what came of them. */
export async function run(desk: Desk, options: RunOptions): Promise<number> {
  const { project: names, cycles } = options;
  const portfolio = await desk.portfolio();
  const chosen = enabled(portfolio, names);
  if (options.dryRun === true) return dryRun(desk, chosen, cycles);
  const projects = await withLedger(desk, (ledger) =>
    unpaused(desk, ledger, { chosen, named: names !== undefined }),
  );
  await refuseMisplacedData(desk, portfolio);
  await refuseWithoutRoom(desk, portfolio);
  const request = { portfolio, projects, cycles, env: {} };
  const lock = await (await desk.backstage()).lock(portfolio, "run");
  if (lock.kind === "busy") {
    if (lock.holder?.kind !== "daemon") throw busy(lock);
    warnOfOther(desk, lock.holder);
    const result = await withLedger(desk, (ledger) => handOver(desk, ledger, request));
    return conclude(desk, result, "daemon");
  }
  try {
    return conclude(desk, await runHere(desk, request), null);
  } finally {
    await lock.release();
  }
}

/** The daemon's sessions ask where its own environment says, whatever this one says. */
function warnOfOther(desk: Desk, { asks }: Holder): void {
  const { env } = desk.io;
  const mine = modelPlace(env);
  if (asks === undefined || asks === mine || modelAddress(env) === null) return;
  desk.say(
    `orch: the daemon asks the model of ${line(asks)}; this environment names ${line(mine)}, ` +
      "which counts for nothing here",
  );
}

/** Says who holds the data folder. */
export function busy({ holder }: Extract<Lock, { readonly kind: "busy" }>): Complaint {
  const who = holder === null ? "another process" : `\`orch ${commandOf(holder)}\``;
  const pid = holder === null ? "" : ` (process ${holder.pid})`;
  return new Complaint(
    exitCodes.busy,
    `${who}${pid} works with this data folder`,
    holder?.kind === "daemon"
      ? `it does not end by itself: \`kill ${holder.pid}\` stops it once what runs has ended`
      : "wait for it to end; `orch status` shows how far it is",
  );
}

function enabled(
  portfolio: Portfolio,
  names: readonly string[] | undefined,
): readonly ProjectConfig[] {
  const picked = pickProjects(portfolio, names);
  const off = picked.find((each) => !each.enabled);
  if (names !== undefined && off !== undefined)
    throw misuse(`project ${off.name} is disabled`, `set "enabled": true in ${portfolio.file}`);
  const on = picked.filter((each) => each.enabled);
  if (on.length > 0) return on;
  throw misuse(
    portfolio.projects.length === 0 ? "the portfolio lists no projects" : "no project is enabled",
    "add one with `orch init`, or enable one in the portfolio",
  );
}

/**
 * Those that are not paused; a paused one that was named, and nothing but paused ones, are refused.
 */
async function unpaused(
  desk: Desk,
  ledger: Ledger,
  { chosen, named }: { readonly chosen: readonly ProjectConfig[]; readonly named: boolean },
): Promise<readonly ProjectConfig[]> {
  const now = (await desk.backstage()).clock.now();
  const limit = await ledger.limit();
  if (isShutFor(limit, now, shutMs))
    throw failure(
      renderLimit(limit, now) ?? "the model cannot be had",
      "wait, or end it with `orch resume --limit`; `orch start` waits by itself",
    );
  const active: ProjectConfig[] = [];
  for (const config of chosen) {
    const { project } = await ledger.overview(config.name);
    const pause = pauseAt(project, now);
    if (pause === null) {
      active.push(config);
      continue;
    }
    const what = `project ${config.name} is paused by ${pauser(pause.by)}: ${line(pause.why, 300)}`;
    const hint = `\`orch resume --project ${config.name}\` lets it go on`;
    if (named || chosen.length === 1) throw failure(what, hint);
    desk.say(`orch: ${what}\n  ${hint}`);
  }
  if (active.length === 0)
    throw failure("all projects are paused", "`orch resume` lets them go on");
  return active;
}

function conclude(desk: Desk, { reports, code }: RunResult, servedBy: ServedBy): number {
  const paint = paintFor(desk.colour.out);
  desk.answer(reports.map(reportJson), () =>
    reports.length === 0
      ? "no cycle was begun"
      : reports.map((each) => renderReport(each, paint, servedBy)).join("\n\n"),
  );
  return code;
}
