/** Opens the ledgers alone. */
import { dayOf, machineClock } from "../adapters/clock.ts";
import { openSqliteEngine } from "../adapters/engine/sqlite/engine.ts";
import type { Portfolio } from "../core/portfolio.ts";
import type { Redact } from "../core/redact.ts";
import type { Engine } from "../ports/engine.ts";
import type { Environment } from "./environment.ts";
import { type Handed, openRedaction } from "./redaction.ts";

type Kept = Pick<Portfolio, "dataDir"> & { readonly projects?: Handed };

/** Opens the engine on a portfolio's data folder; nothing is created by reading. */
export const openLedger = (
  { dataDir, projects = [] }: Kept,
  env: Environment = process.env,
  redact: Redact = openRedaction(env, projects).redact,
): Engine => openSqliteEngine({ dataDir, clock: machineClock, dayOf, redact });
