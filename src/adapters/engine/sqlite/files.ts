/** The database files of a data folder; few are kept open at once. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isProjectName, type ProjectName } from "../../../core/ids.ts";
import type { ProjectRows } from "../shared/storage.ts";
import { type Connection, openDatabase } from "./open.ts";
import { openPortfolio, type PortfolioRows } from "./portfolio.ts";
import { openRows } from "./rows.ts";

export interface File<Rows> {
  readonly path: string;
  readonly db: Connection;
  readonly rows: Rows;
}

export interface Files {
  /** Null where the project has no file: a mistyped name must not make one. */
  existing(project: ProjectName): File<ProjectRows> | null;
  /** Opens a project's file, and creates it where it is missing. */
  project(project: ProjectName): File<ProjectRows>;
  portfolio(): File<PortfolioRows>;
  /** Null where nothing has been written yet. */
  existingPortfolio(): File<PortfolioRows> | null;
  close(): void;
}

/** Each open file costs three descriptors and a page cache. */
const openMax = 128;
/** A file that nobody asked for in this time is closed. */
const idleMs = 60_000;

interface Used extends File<ProjectRows> {
  usedAt: number;
}

/** Opens the files of a data folder as they are asked for. */
export function openFiles(dataDir: string): Files {
  const projects = new Map<ProjectName, Used>();
  let portfolio: File<PortfolioRows> | null = null;
  const pathOf = (project: ProjectName) => join(dataDir, `${project}.db`);
  const use = (project: ProjectName): File<ProjectRows> => {
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
      return projects.has(project) || existsSync(pathOf(project)) ? use(project) : null;
    },
    project(project) {
      if (!isProjectName(project)) throw new Error(`not a project's name: ${project}`);
      return use(project);
    },
    portfolio: openShared,
    existingPortfolio: () =>
      portfolio !== null || existsSync(portfolioPath) ? openShared() : null,
    close() {
      for (const { db } of projects.values()) db.close();
      projects.clear();
      portfolio?.db.close();
      portfolio = null;
    },
  };
}

function openProject(path: string): File<ProjectRows> {
  const db = openDatabase(path, "project");
  return { path, db, rows: openRows(db) };
}

function closeIdle(projects: Map<ProjectName, Used>, except: ProjectName, now: number): void {
  for (const [project, { db, usedAt }] of projects) {
    if (usedAt > now - idleMs && projects.size < openMax) return;
    if (project === except) continue;
    db.close();
    projects.delete(project);
  }
}
