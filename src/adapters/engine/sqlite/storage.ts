/** Storage in SQLite: one file a project, and one for what spans them. */
import type { ProjectName } from "../../../core/ids.ts";
import type {
  PortfolioReads,
  PortfolioWrite,
  ProjectRows,
  Storage,
  Written,
} from "../shared/storage.ts";
import { openWaker } from "../shared/waker.ts";
import { explaining } from "./errors.ts";
import { type File, type Files, openFiles } from "./files.ts";
import type { PortfolioRows } from "./portfolio.ts";
import { openWatch } from "./watch.ts";

export interface SqliteStorageOptions {
  readonly dataDir: string;
  /** Called between the portfolio's commit and the project's, where a test may die. */
  readonly between?: () => void;
}

/** Writes that the portfolio could not take when they were due; too much stays reserved till then. */
interface Owed {
  readonly project: ProjectName;
  readonly writes: readonly PortfolioWrite[];
}

/** Opens storage on a data folder. */
export function sqliteStorage({ dataDir, between }: SqliteStorageOptions): Storage {
  const files = openFiles(dataDir);
  const waker = openWaker();
  const watch = openWatch(dataDir, waker.wake);
  const owed: Owed[] = [];
  return {
    read(project, body, missing) {
      const file = files.existing(project);
      if (file === null) return missing();
      const { db, path, rows } = file;
      return explaining(path, () => db.transaction(() => body(rows)).deferred());
    },
    write(project, body) {
      const written = commitBoth({ files, owed, between }, project, body);
      if (written.lower.length > 0) {
        owed.push({ project, writes: written.lower });
        payLater(files.portfolio(), owed);
      }
      if (written.wrote) waker.wake();
      return written.answer;
    },
    async changed(ms, signal) {
      const release = watch.hold();
      await waker.wait((until) => pause(ms, until), signal);
      release();
    },
    close() {
      watch.close();
      files.close();
    },
  };
}

interface Committing {
  readonly files: Files;
  readonly owed: Owed[];
  readonly between: (() => void) | undefined;
}

/** Always the portfolio's lock first, so that no two writers wait for each other. */
function commitBoth<R>(
  { files, owed, between }: Committing,
  project: ProjectName,
  body: (rows: ProjectRows, portfolio: PortfolioReads) => Written<R>,
): Written<R> {
  const portfolio = files.portfolio();
  return explaining(portfolio.path, () =>
    locked(portfolio, () => {
      const file = files.project(project);
      return explaining(file.path, () =>
        locked(file, () => {
          const written = body(file.rows, portfolio.rows);
          const undo = undoOf(portfolio.rows, project, written.raise);
          portfolio.rows.write(project, written.raise);
          portfolio.db.exec("COMMIT");
          if (written.raise.length > 0) between?.();
          try {
            file.db.exec("COMMIT");
          } catch (error) {
            owed.push({ project, writes: undo });
            throw error;
          }
          return written;
        }),
      );
    }),
  );
}

/** Runs `body`, which commits, under the file's write lock. */
function locked<R>({ db }: Pick<File<unknown>, "db">, body: () => R): R {
  db.exec("BEGIN IMMEDIATE");
  try {
    return body();
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function undoOf(
  portfolio: PortfolioReads,
  project: ProjectName,
  raise: readonly PortfolioWrite[],
): readonly PortfolioWrite[] {
  return raise.map((write): PortfolioWrite => {
    if (write.kind === "worker") return { kind: "unworker", token: write.worker.token };
    if (write.kind !== "share") return write;
    const share = portfolio.shareOf(project, write.share.token);
    return share === null
      ? { kind: "unshare", token: write.share.token }
      : { kind: "share", share };
  });
}

/** Gives the portfolio what it is owed; where it cannot take that now, the next writer tries again. */
function payLater({ db, rows }: File<PortfolioRows>, owed: Owed[]): void {
  try {
    locked({ db }, () => {
      for (const { project, writes } of owed) rows.write(project, writes);
      db.exec("COMMIT");
    });
    owed.length = 0;
  } catch {
    // the project's own commit stands, and whoever decided it must hear that
  }
}

/** The longest pause that a timer can make. */
const pauseMaxMs = 2 ** 31 - 1;

const pause = (ms: number, until: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (until.aborted) return resolve();
    const timer = setTimeout(resolve, Math.min(ms, pauseMaxMs));
    until.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
