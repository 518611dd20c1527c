/** Storage in SQLite: one file a project, and one for what spans them. */
import type { ProjectName } from "../../../core/ids.ts";
import { noLimit } from "../../../core/limit.ts";
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

/** Opens storage on a data folder. */
export function sqliteStorage({ dataDir, between }: SqliteStorageOptions): Storage {
  const files = openFiles(dataDir);
  const waker = openWaker();
  const watch = openWatch(dataDir, waker.wake);
  return {
    version: (project) => files.existing(project)?.version() ?? "",
    read(project, body, missing) {
      const file = files.existing(project);
      if (file === null) return missing();
      const { db, path, rows } = file;
      return explaining(path, () => db.transaction(() => body(rows)).deferred());
    },
    limit() {
      const portfolio = files.existingPortfolio();
      if (portfolio === null) return noLimit;
      return explaining(portfolio.path, () => portfolio.rows.limit());
    },
    moneyOfDay(day) {
      const portfolio = files.existingPortfolio();
      if (portfolio === null) return { settledUsd: 0, reservedUsd: 0 };
      return explaining(portfolio.path, () => portfolio.rows.moneyOfDay(day));
    },
    write(project, body, soft = false) {
      const { answer, isNews, lower } = commitBoth({ files, between, soft }, project, body);
      const mirrored = lower.length === 0 || lowered(files.portfolio(), project, lower);
      if (isNews) waker.wake();
      return { answer, mirrored };
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
  readonly between: (() => void) | undefined;
  /** Whether the project's commit need not wait for the disk. */
  readonly soft: boolean;
}

/** Always the portfolio's lock first, so that no two writers wait for each other. */
function commitBoth<R>(
  { files, between, soft }: Committing,
  project: ProjectName,
  body: (rows: ProjectRows, portfolio: PortfolioReads) => Written<R>,
): Written<R> {
  const portfolio = files.portfolio();
  return explaining(portfolio.path, () =>
    locked(portfolio, () => {
      const file = files.project(project);
      return explaining(file.path, () =>
        (soft ? lockedSoftly : locked)(file, () => {
          const written = body(file.rows, portfolio.rows);
          portfolio.rows.write(project, written.raise);
          portfolio.db.exec("COMMIT");
          if (written.raise.length > 0) between?.();
          file.db.exec("COMMIT");
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

/** The log goes on in order: whatever waits for the disk later waits for this as well. */
function lockedSoftly<R>(file: Pick<File<unknown>, "db">, body: () => R): R {
  file.db.exec("PRAGMA synchronous = NORMAL");
  try {
    return locked(file, body);
  } finally {
    file.db.exec("PRAGMA synchronous = FULL");
  }
}

/** Tells the portfolio what it may count less; says whether it could take that. */
function lowered(
  { db, rows }: File<PortfolioRows>,
  project: ProjectName,
  writes: readonly PortfolioWrite[],
): boolean {
  try {
    locked({ db }, () => {
      rows.write(project, writes);
      db.exec("COMMIT");
    });
    return true;
  } catch {
    return false; // the project's own commit stands, and whoever decided it must hear that
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
