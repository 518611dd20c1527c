/** The database files of a data folder; few are kept open at once. */
import { join } from "node:path";
import { isProjectName, type ProjectName } from "../../../core/ids.ts";
import type { ProjectRows } from "../shared/storage.ts";
import { explaining } from "./errors.ts";
import { type Connection, openDatabase } from "./open.ts";
import { openPortfolio, type PortfolioRows } from "./portfolio.ts";
import { isThere } from "./private.ts";
import { openRows } from "./rows.ts";

export interface File<Rows> {
  readonly path: string;
  readonly db: Connection;
  readonly rows: Rows;
}

export interface ProjectFile extends File<ProjectRows> {
  /** Differs whenever rows were written in between, through this connection or any other. */
  version(): string;
}

export interface Files {
  /** Null where the project has no file: a mistyped name must not make one. */
  existing(project: ProjectName): ProjectFile | null;
  /** Opens a project's file, and creates it where it is missing. */
  project(project: ProjectName): ProjectFile;
  portfolio(): File<PortfolioRows>;
  /** Null where nothing has been written yet. */
  existingPortfolio(): File<PortfolioRows> | null;
  close(): void;
}

/** Each open file costs three descriptors and a page cache. */
const openMax = 128;
/** A file that nobody asked for in this time is closed. */
const idleMs = 60_000;

interface Used extends ProjectFile {
  usedAt: number;
}

/** Opens the files of a data folder as they are asked for. */
export function openFiles(dataDir: string): Files {
  const projects = new Map<ProjectName, Used>();
  let portfolio: File<PortfolioRows> | null = null;
  const pathOf = (project: ProjectName) => join(dataDir, `${project}.db`);
  const use = (project: ProjectName): ProjectFile => {
    const now = performance.now();
    closeIdle(projects, project, now);
    const path = pathOf(project);
    const file = projects.get(project) ?? { ...openProject(path), usedAt: now };
    file.usedAt = now;
    // a map keeps the order of insertion: the least recently used stands first
    projects.delete(project);
    projects.set(project, file);
    return file;
  };
  const portfolioPath = join(dataDir, "portfolio.db");
  const openShared = (): File<PortfolioRows> => {
    if (portfolio === null) {
      const db = openDatabase(portfolioPath, "portfolio");
      portfolio = { path: portfolioPath, db, rows: openPortfolio(db) };
    }
    return portfolio;
  };
  return {
    existing(project) {
      if (!isProjectName(project)) return null;
      return projects.has(project) || isThere(pathOf(project)) ? use(project) : null;
    },
    project(project) {
      if (!isProjectName(project)) throw new Error(`not a project's name: ${project}`);
      return use(project);
    },
    portfolio: openShared,
    existingPortfolio: () => (portfolio !== null || isThere(portfolioPath) ? openShared() : null),
    close() {
      for (const { db } of projects.values()) db.close();
      projects.clear();
      portfolio?.db.close();
      portfolio = null;
    },
  };
}

/** Counts the connections of this process: SQLite's counters begin anew with each. */
let connections = 0;

function openProject(path: string): ProjectFile {
  const db = openDatabase(path, "project");
  connections += 1;
  const connection = connections;
  // changes with the commits of other connections alone; the rows that this one changed are counted
  const others = db.prepare("PRAGMA data_version").pluck();
  const own = db.prepare("SELECT total_changes()").pluck();
  return {
    ...{ path, db, rows: openRows(db) },
    version: () => explaining(path, () => `${connection} ${own.get()} ${others.get()}`),
  };
}

function closeIdle(projects: Map<ProjectName, Used>, except: ProjectName, now: number): void {
  for (const [project, { db, usedAt }] of projects) {
    if (usedAt > now - idleMs && projects.size < openMax) return;
    if (project === except) continue;
    db.close();
    projects.delete(project);
  }
}
