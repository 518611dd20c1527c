import type { Patrolled } from "../../engine/patrol.ts";
import type { Desk } from "../desk.ts";
import { Complaint, exitCodes } from "../exit-codes.ts";
import { pickProjects } from "../pick.ts";
import { counted, size } from "../render/format.ts";
import { line } from "../sanitize.ts";
import { busy } from "./run.ts";

export interface GcOptions {
  readonly project?: string[] | undefined;
  readonly dryRun?: true | undefined;
}

/** `orch gc`: mends what nobody needs and what dead processes left; never beside a running one. */
export async function gc(desk: Desk, { project, dryRun }: GcOptions): Promise<number> {
  const portfolio = await desk.portfolio();
  const backstage = await desk.backstage();
  const only =
    project === undefined ? null : pickProjects(portfolio, project).map(({ name }) => name);
  const lock = await backstage.lock(portfolio, "run");
  if (lock.kind === "busy" && dryRun !== true) throw whileBusy(lock);
  const alone = lock.kind === "held";
  try {
    const round = { only, mends: dryRun !== true, alone, thorough: true };
    const patrolled = await backstage.patrol(portfolio, round);
    desk.answer(gcJson(patrolled, dryRun === true), () => render(patrolled, dryRun === true));
    const failed = patrolled.some(({ outcome }) => outcome === "failed");
    return failed ? exitCodes.failed : exitCodes.ok;
  } finally {
    if (lock.kind === "held") await lock.release();
  }
}

function whileBusy(lock: Parameters<typeof busy>[0]): Complaint {
  const hint = "`orch start` does this itself every ten minutes; `orch gc --dry-run` only looks";
  return new Complaint(exitCodes.busy, busy(lock).message, hint);
}

const freedBy = (patrolled: readonly Patrolled[]): number =>
  patrolled
    .filter(({ finding, outcome }) => outcome !== "failed" && finding.action !== null)
    .reduce((sum, { finding }) => sum + finding.bytes, 0);

const gcJson = (patrolled: readonly Patrolled[], dryRun: boolean) => ({
  dry_run: dryRun,
  bytes: freedBy(patrolled),
  findings: patrolled.map(({ finding, outcome, why }) => ({ ...finding, outcome, why })),
});

function render(patrolled: readonly Patrolled[], dryRun: boolean): string {
  if (patrolled.length === 0) return "there is nothing that nobody needs";
  const lines = patrolled.map((each) => {
    const { what, action, bytes } = each.finding;
    const weight = bytes === 0 ? "" : ` (${size(bytes)})`;
    return line(`${what}: ${wordsFor(each, action, dryRun)}${weight}`, 400);
  });
  const can = patrolled.filter(
    ({ finding, outcome }) => finding.action !== null && outcome !== "failed",
  ).length;
  const sum = `${counted(can, "thing")}, ${size(freedBy(patrolled))}`;
  return [...lines, dryRun ? `${sum} would be freed; nothing was done` : `${sum} freed`].join("\n");
}

function wordsFor({ outcome, why }: Patrolled, action: string | null, dryRun: boolean): string {
  if (outcome === "failed") return `it could not be mended: ${why}`;
  if (action === null) return "only you can do something about it";
  return dryRun ? `would be ${action}` : action;
}
