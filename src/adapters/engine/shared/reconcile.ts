/** Brings the portfolio's books in line with the project's, which are the truth. */
import type { Instant, ProjectName, Token } from "../../../core/ids.ts";
import type { Job } from "../../../core/ledger.ts";
import { stepLimit } from "../../../core/limit.ts";
import { counted, type Mirror } from "./apply.ts";
import { isWorker } from "./claim.ts";
import type { PortfolioReads, ProjectReads } from "./storage.ts";

interface Reconciling {
  readonly project: ProjectName;
  readonly sinceDay: string;
  readonly now: Instant;
}

const isHeldWith = ({ state }: Job, token: Token): boolean =>
  state.at === "live" && state.token === token;

/** Gathers what the portfolio must still learn of a project's reservations since `sinceDay`. */
export function reconcile(
  rows: ProjectReads,
  portfolio: PortfolioReads,
  { project, sinceDay, now }: Reconciling,
  mirror: Mirror,
): void {
  const truth = new Map(rows.reservations(sinceDay).map((each) => [each.token, each]));
  const shares = new Map(portfolio.sharesOf(project).map((each) => [each.token, each]));
  for (const [token, { day, amountUsd, settledUsd }] of truth) {
    const share = shares.get(token);
    const mine = { token, day, amountUsd, settledUsd };
    if (share?.day !== day || counted(share) < counted(mine))
      mirror.raise.push({ kind: "share", share: mine });
    else if (share.settledUsd !== settledUsd || share.amountUsd !== amountUsd)
      mirror.lower.push({ kind: "share", share: mine });
  }
  for (const token of shares.keys())
    if (!truth.has(token)) mirror.lower.push({ kind: "unshare", token });
  const live = new Set<Token>();
  for (const { job } of rows.jobs())
    if (job.state.at === "live" && isWorker(job)) live.add(job.state.token);
  const limit = portfolio.limit();
  const { mode } = limit;
  const tries = mode.at === "probing" && mode.probe.project === project ? mode.probe : null;
  if (tries !== null && !rows.jobs().some(({ job }) => isHeldWith(job, tries.token)))
    mirror.lower.push({
      kind: "limit",
      limit: stepLimit(limit, { type: "limit.left", by: tries, now }),
    });
  for (const { token } of portfolio.workersOf(project))
    if (!live.has(token)) mirror.lower.push({ kind: "unworker", token });
}
