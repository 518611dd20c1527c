/** Storage in memory: a transaction undoes what it wrote where it throws. */
import type { ProjectName, Token } from "../../../core/ids.ts";
import { type Limit, noLimit } from "../../../core/limit.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { PortfolioReads, PortfolioWrite, ProjectRows, Storage } from "../shared/storage.ts";
import { openWaker, type Waker } from "../shared/waker.ts";
import { moneyOf } from "./money.ts";
import { openRows, type ProjectData, projectData } from "./rows.ts";
import { type Journal, openJournal, type Table } from "./table.ts";

interface PortfolioData {
  readonly shares: Table<ShareRow>;
  readonly workers: Table<WorkerRow>;
  readonly limit: Table<Limit>;
}
type ShareRow = Extract<PortfolioWrite, { kind: "share" }>["share"] & { project: ProjectName };
type WorkerRow = Extract<PortfolioWrite, { kind: "worker" }>["worker"] & { project: ProjectName };

/** A ledger in memory, outside any engine, so that it outlives their deaths. */
export interface MemoryStore {
  readonly projects: Map<ProjectName, ProjectData>;
  readonly portfolio: PortfolioData;
  readonly waker: Waker;
}

/** Makes an empty ledger. */
export const memoryStore = (): MemoryStore => ({
  projects: new Map(),
  portfolio: { shares: new Map(), workers: new Map(), limit: new Map() },
  waker: openWaker(),
});

export interface MemoryOptions {
  readonly store: MemoryStore;
  readonly clock: Pick<Clock, "sleep">;
  /** Called between the portfolio's commit and the project's; a throw there is a crash there. */
  readonly between?: () => void;
}

/** Opens storage on a ledger in memory. */
export function memoryStorage({ store, clock, between }: MemoryOptions): Storage {
  const { projects, portfolio, waker } = store;
  const books = readPortfolio(portfolio);
  return {
    version: (project) => String(projects.get(project)?.writes ?? 0),
    read(project, body, missing) {
      const data = projects.get(project);
      return data === undefined ? missing() : body(opened(data).rows);
    },
    write(project, body) {
      const data = projects.get(project) ?? projectData();
      const { rows, journal } = opened(data);
      journal.begin();
      try {
        const { answer, isNews, raise, lower } = body(rows, books);
        writePortfolio(portfolio, project, raise);
        if (raise.length > 0) between?.();
        projects.set(project, data);
        if (!journal.isEmpty()) data.writes += 1;
        writePortfolio(portfolio, project, lower);
        if (isNews) waker.wake();
        return { answer, mirrored: true };
      } catch (error) {
        journal.undo();
        throw error;
      }
    },
    limit: () => books.limit(),
    moneyOfDay: (day) => books.moneyOfDay(day),
    changed: (ms, signal) => waker.wait((until) => clock.sleep(ms, until), signal),
    close() {
      // the ledger outlives its engines
    },
  };
}

interface Opened {
  readonly rows: ProjectRows;
  readonly journal: Journal;
}

/** Rows are opened once a ledger: dozens of functions for each read would be most of its cost. */
function opened(data: ProjectData): Opened {
  const known = allOpened.get(data);
  if (known !== undefined) return known;
  const journal = openJournal();
  const fresh = { rows: openRows(data, journal), journal };
  allOpened.set(data, fresh);
  return fresh;
}

const allOpened = new WeakMap<ProjectData, Opened>();

function readPortfolio({ shares, workers, limit }: PortfolioData): PortfolioReads {
  const of = <T extends { project: ProjectName }>(table: Table<T>, project: ProjectName) =>
    [...table.values()].filter((row) => row.project === project);
  return {
    moneyOfDay: (day) => moneyOf([...shares.values()].filter((share) => share.day === day)),
    workers: () => [...workers.values()],
    workersOf: (project) => of(workers, project),
    sharesOf: (project) => of(shares, project),
    limit: () => limit.get("") ?? noLimit,
  };
}

function writePortfolio(
  { shares, workers, limit }: PortfolioData,
  project: ProjectName,
  writes: readonly PortfolioWrite[],
): void {
  const journal: Pick<Journal, "put" | "remove"> = openJournal(); // committed at once: never undone
  const key = (token: Token) => `${project} ${token}`;
  for (const write of writes) {
    switch (write.kind) {
      case "share":
        journal.put(shares, key(write.share.token), { ...write.share, project });
        break;
      case "unshare":
        journal.remove(shares, key(write.token));
        break;
      case "worker":
        journal.put(workers, key(write.worker.token), { ...write.worker, project });
        break;
      case "unworker":
        journal.remove(workers, key(write.token));
        break;
      case "limit":
        journal.put(limit, "", write.limit);
        break;
      default:
        write satisfies never;
    }
  }
}
