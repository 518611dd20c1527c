/** Opens the ledgers alone. */
import { dayOf, machineClock } from "../adapters/clock.ts";
import { openSqliteEngine } from "../adapters/engine/sqlite/engine.ts";
import type { Portfolio } from "../core/portfolio.ts";
import { type Redact, redacting, secretsIn } from "../core/redact.ts";
import type { Engine } from "../ports/engine.ts";
import type { Environment } from "./environment.ts";

/** Takes out of texts what looks like a secret, and what the environment holds of them. */
export const redactFor = (env: Environment): Redact => redacting(secretsIn(env));

/** Opens the engine on a portfolio's data folder; nothing is created by reading. */
export const openLedger = (
  { dataDir }: Pick<Portfolio, "dataDir">,
  env: Environment = process.env,
): Engine => openSqliteEngine({ dataDir, clock: machineClock, dayOf, redact: redactFor(env) });
