/** The database that spans projects: what they reserve, and who works. */
import type Database from "better-sqlite3";
import * as z from "zod";
import type { ProjectName } from "../../../core/ids.ts";
import { noLimit } from "../../../core/limit.ts";
import type { PortfolioReads, PortfolioWrite, Share, Worker } from "../shared/storage.ts";
import { parsed } from "./errors.ts";
import { parseMoney, sums } from "./rows.ts";
import { day, token, usd } from "./schema/primitives.ts";
import { limitShape } from "./shapes.ts";
import { openTable, preparing } from "./table.ts";

const workers: z.ZodType<readonly Worker[]> = z.array(z.object({ token, owner: z.string() }));
const shares: z.ZodType<readonly Share[]> = z.array(
  z.object({ token, day, amountUsd: usd, settledUsd: usd.nullable() }),
);

export interface PortfolioRows extends PortfolioReads {
  write(project: ProjectName, writes: readonly PortfolioWrite[]): void;
}

/** Opens the portfolio's rows on a connection. */
export function openPortfolio(db: Database.Database): PortfolioRows {
  const prepare = preparing(db);
  const limits = openTable(db, limitShape);
  const workersIn = (rows: unknown) => parsed(workers, rows, db.name, "workers");
  return {
    moneyOfDay: (each) => parseMoney(prepare(`${sums} WHERE day = ?`).get(each), db.name),
    workers: () => workersIn(prepare("SELECT token, owner FROM workers").all()),
    workersOf: (project) =>
      workersIn(prepare("SELECT token, owner FROM workers WHERE project = ?").all(project)),
    sharesOf(project) {
      const sql = `SELECT token, day, amount_usd AS amountUsd, settled_usd AS settledUsd
                   FROM reservations WHERE project = ?`;
      return parsed(shares, prepare(sql).all(project), db.name, "reservations");
    },
    limit: () => limits.one("WHERE id = 1") ?? noLimit,
    write(project, writes) {
      for (const each of writes) {
        if (each.kind === "limit") {
          limits.put(each.limit);
          continue;
        }
        const { sql, values } = statement(each);
        prepare(sql).run({ project, ...values });
      }
    },
  };
}

interface Statement {
  readonly sql: string;
  readonly values: Readonly<Record<string, string | number | null>>;
}

function statement(write: Exclude<PortfolioWrite, { kind: "limit" }>): Statement {
  switch (write.kind) {
    case "share":
      return {
        sql: `INSERT OR REPLACE INTO reservations (project, token, day, amount_usd, settled_usd)
              VALUES (@project, @token, @day, @amountUsd, @settledUsd)`,
        values: { ...write.share },
      };
    case "unshare":
      return {
        sql: "DELETE FROM reservations WHERE project = @project AND token = @token",
        values: { token: write.token },
      };
    case "worker":
      return {
        sql:
          "INSERT OR REPLACE INTO workers (project, token, owner) VALUES (@project, " +
          "@token, @owner)",
        values: { ...write.worker },
      };
    case "unworker":
      return {
        sql: "DELETE FROM workers WHERE project = @project AND token = @token",
        values: { token: write.token },
      };
    default:
      return write satisfies never;
  }
}
