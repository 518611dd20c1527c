import type { Instant } from "../../../core/ids.ts";
import { type Redact, redacting } from "../../../core/redact.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Engine } from "../../../ports/engine.ts";
import { buildEngine } from "../shared/engine.ts";
import { isOwnerAlive, thisOwner } from "./owner.ts";
import { sqliteStorage } from "./storage.ts";

export interface SqliteEngineOptions {
  /** Created, for its owner alone, where it is missing. */
  readonly dataDir: string;
  readonly clock: Pick<Clock, "now" | "random">;
  /** The calendar day of a moment, `YYYY-MM-DD` in the person's time zone. */
  readonly dayOf: (at: Instant) => string;
  /** Names the process that holds jobs; this one where not given. */
  readonly owner?: string;
  readonly alive?: (owner: string) => boolean;
  readonly leaseMs?: number;
  readonly renewMs?: number;
  /** Takes secrets out of all that is written; left out: what looks like one. */
  readonly redact?: Redact;
  /** Called between the portfolio's commit and the project's, where a test may die. */
  readonly between?: () => void;
}

/** A lease outlives three renewals, so that one that comes late costs nothing. */
const defaultLeaseMs = 30_000;

/** Opens the engine on a data folder; files are opened and created as they are needed. */
export function openSqliteEngine(options: SqliteEngineOptions): Engine {
  const { clock, dayOf, leaseMs = defaultLeaseMs } = options;
  return buildEngine({
    storage: sqliteStorage(options),
    clock,
    dayOf,
    owner: options.owner ?? thisOwner(),
    alive: options.alive ?? isOwnerAlive,
    redact: options.redact ?? redacting({}),
    leaseMs,
    renewMs: options.renewMs ?? Math.floor(leaseMs / 3),
  });
}
