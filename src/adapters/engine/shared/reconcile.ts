/** Brings the portfolio's books in line with the project's, which are the truth. */
import type { ProjectName, Token } from "../../../core/ids.ts";
import { counted, type Mirror } from "./apply.ts";
import { isWorker } from "./claim.ts";
import type { PortfolioReads, ProjectReads } from "./storage.ts";

/** Gathers what the portfolio must still learn of a project's reservations since `sinceDay`. */
export function reconcile(
  rows: ProjectReads,
  portfolio: PortfolioReads,
  { project, sinceDay }: { readonly project: ProjectName; readonly sinceDay: string },
  mirror: Mirror,
): void {
  const truth = new Map(rows.reservations(sinceDay).map((each) => [each.token, each]));
  const shares = new Map(portfolio.sharesOf(project).map((each) => [each.token, each]));
  for (const [token, { day, amountUsd, settledUsd }] of truth) {
    const share = shares.get(token);
    const mine = { token, day, amountUsd, settledUsd };
    if (share === undefined || counted(share) < counted(mine))
      mirror.raise.push({ kind: "share", share: mine });
    else if (share.settledUsd !== settledUsd || share.amountUsd !== amountUsd)
      mirror.lower.push({ kind: "share", share: mine });
  }
  for (const token of shares.keys())
    if (!truth.has(token)) mirror.lower.push({ kind: "unshare", token });
  const live = new Set<Token>();
  for (const { job } of rows.jobs())
    if (job.state.at === "live" && isWorker(job)) live.add(job.state.token);
  for (const { token } of portfolio.workersOf(project))
    if (!live.has(token)) mirror.lower.push({ kind: "unworker", token });
}
