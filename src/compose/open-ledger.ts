/** Opens the ledgers alone. */
import { dayOf, machineClock } from "../adapters/clock.ts";
import { openSqliteEngine } from "../adapters/engine/sqlite/engine.ts";
import type { Portfolio } from "../core/portfolio.ts";
import type { Engine } from "../ports/engine.ts";

/** Opens the engine on a portfolio's data folder; nothing is created by reading. */
export const openLedger = ({ dataDir }: Pick<Portfolio, "dataDir">): Engine =>
  openSqliteEngine({ dataDir, clock: machineClock, dayOf });
