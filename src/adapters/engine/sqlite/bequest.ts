/** What a project that is forgotten leaves to the portfolio: the money that it has spent. */
import { join } from "node:path";
import type { ProjectName } from "../../../core/ids.ts";
import { explaining } from "./errors.ts";
import { openDatabase } from "./open.ts";
import { isThere } from "./private.ts";

/** Whose the money of forgotten projects is; no project can be called so. */
const nobody = "-";

/**
 * Lets what a project has spent and set aside count on for the portfolio's days: a cap does not
 * begin anew because somebody was forgotten. What nobody settles any more counts as spent.
 */
export function leaveShares(dataDir: string, project: ProjectName): void {
  const path = join(dataDir, "portfolio.db");
  if (!isThere(path)) return;
  explaining(path, () => {
    const db = openDatabase(path, "portfolio");
    try {
      const leave = db.transaction(() => {
        const left = db.prepare(
          "SELECT coalesce(max(token), 0) FROM reservations WHERE project = ?",
        );
        db.prepare(
          `UPDATE reservations SET project = @nobody, token = @after + rowid,
             settled_usd = coalesce(settled_usd, amount_usd) WHERE project = @project`,
        ).run({ project, nobody, after: left.pluck().get(nobody) });
        db.prepare("DELETE FROM workers WHERE project = ?").run(project);
      });
      leave.immediate();
    } finally {
      db.close();
    }
  });
}
