/** A data folder for each test, and the engines in SQLite that are opened on it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { openSqliteEngine } from "../../src/adapters/engine/sqlite/engine.ts";
import type { Change } from "../../src/core/ledger.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { demo, noon } from "./ledger.ts";

export interface LedgerFolder {
  /** The running test's; nothing has made it yet. */
  readonly dataDir: string;
  /** The database of the project `demo`. */
  file(): string;
  /** Opens an engine that is closed after the test. */
  open(): Engine;
  closeAll(): Promise<void>;
}

/** Opens an engine on a data folder, whose clock stands at noon. */
export const engineOn = (dataDir: string): Engine =>
  openSqliteEngine({
    dataDir,
    clock: { now: () => noon, random: () => 0.5 },
    dayOf: () => "2026-01-15",
  });

/** Writes changes to the project `demo`. */
export const writeTo = (engine: Engine, ...changes: readonly Change[]): Promise<null> =>
  engine.transact(demo, {}, () => ({ changes, answer: null }));

/** Gives each test of a file its own folder, removed after it. */
export function ledgerFolder(): LedgerFolder {
  let dataDir = "";
  const engines: Engine[] = [];
  const closeAll = async (): Promise<void> => {
    for (const engine of engines.splice(0)) await engine.close();
  };
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), "engine-")), "data");
  });
  afterEach(async () => {
    await closeAll();
    rmSync(join(dataDir, ".."), { recursive: true, force: true });
  });
  return {
    get dataDir() {
      return dataDir;
    },
    file: () => join(dataDir, "demo.db"),
    open() {
      const engine = engineOn(dataDir);
      engines.push(engine);
      return engine;
    },
    closeAll,
  };
}
