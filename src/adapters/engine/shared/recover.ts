/** Puts right what deaths and failed writes leave behind. */
import { type Instant, instant, type ProjectName } from "../../../core/ids.ts";
import { type Mirror, requeue } from "./apply.ts";
import { isOrphan } from "./jobs.ts";
import { reconcile } from "./reconcile.ts";
import type { PortfolioReads, ProjectRows, Storage, Written } from "./storage.ts";
import type { Moment } from "./view.ts";

export type Write = <R>(
  project: ProjectName,
  body: (rows: ProjectRows, portfolio: PortfolioReads) => Written<R>,
  soft?: boolean,
) => R;

/**
 * The portfolio keeps shares as long as they may count towards a day that is not over everywhere.
 */
const sharesKeptMs = 48 * 3_600_000;

/** Frees what dead owners hold and settles the portfolio's books; says whether they are settled. */
export function recoverProject(
  storage: Storage,
  moment: Moment,
  dayOf: (at: Instant) => string,
): boolean {
  const { project, now, alive } = moment;
  const there = storage.read(
    project,
    () => true,
    () => false,
  );
  if (!there) return true;
  const { mirrored } = storage.write(project, (rows, portfolio) => {
    const mirror: Mirror = { raise: [], lower: [] };
    const orphans = rows.jobs().filter((row) => isOrphan(row, alive));
    for (const row of orphans) requeue(rows, row, mirror);
    const sinceDay = dayOf(instant(now - sharesKeptMs));
    reconcile(rows, portfolio, { project, sinceDay, now }, mirror);
    return { answer: null, isNews: orphans.length > 0, ...mirror };
  });
  return mirrored;
}

/** Writes, and recovers a project first whose last write may have left the two books apart. */
export function settling(storage: Storage, recover: (project: ProjectName) => boolean): Write {
  const unsure = new Set<ProjectName>();
  return (project, body, soft = false) => {
    if (unsure.has(project) && recover(project)) unsure.delete(project);
    try {
      const { answer, mirrored } = storage.write(project, body, soft);
      if (!mirrored) unsure.add(project);
      return answer;
    } catch (error) {
      unsure.add(project);
      throw error;
    }
  };
}
