import type { Instant } from "../../../core/ids.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Engine } from "../../../ports/engine.ts";
import { buildEngine } from "../shared/engine.ts";
import { type MemoryStore, memoryStorage } from "./storage.ts";

export interface MemoryEngineOptions {
  readonly store: MemoryStore;
  readonly clock: Pick<Clock, "now" | "random" | "sleep">;
  readonly owner: string;
  /** Owners that are alive; the jobs of all others are free. */
  readonly ownersAlive: () => ReadonlySet<string>;
  /** The calendar day of a moment; in UTC where not given. */
  readonly dayOf?: (at: Instant) => string;
  readonly leaseMs?: number;
  readonly renewMs?: number;
  /** Called between the portfolio's commit and the project's; a throw there is a crash there. */
  readonly between?: () => void;
}

/** Opens an engine on a ledger in memory; several may share one, as processes share a disk. */
export function openMemoryEngine(options: MemoryEngineOptions): Engine {
  const { clock, owner, ownersAlive, leaseMs = 30_000 } = options;
  return buildEngine({
    storage: memoryStorage(options),
    clock,
    owner,
    alive: (each) => ownersAlive().has(each),
    dayOf: options.dayOf ?? utcDay,
    leaseMs,
    renewMs: options.renewMs ?? leaseMs / 3,
  });
}

const utcDay = (at: Instant): string => new Date(at).toISOString().slice(0, 10);
