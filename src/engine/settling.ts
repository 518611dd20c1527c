/** Settles projects, and looks at one again only where the answer may have become another. */
import type { Instant, ProjectName } from "../core/ids.ts";
import { settle } from "../core/settle.ts";
import type { House, Site } from "./house.ts";

/** Writes what follows from a project's state alone; false where nothing can have changed. */
export type Settle = (site: Pick<Site, "name" | "limits">) => Promise<boolean>;

interface Rest {
  /** The ledger's before it was looked at: a write of that very moment makes it another. */
  readonly version: string;
  readonly until: Instant | null;
  /** When it was looked at: a clock that shows less was set back. */
  readonly at: Instant;
}

/**
 * Opens the settling of a house; what it remembers ends with it, so that a restart looks at all.
 */
export function openSettling({ engine, clock }: Pick<House, "engine" | "clock">): Settle {
  const rests = new Map<ProjectName, Rest>();
  return async ({ name, limits }) => {
    const version = await engine.version(name);
    const rest = rests.get(name);
    const now = clock.now();
    const isSame = rest?.version === version && rest.at <= now;
    if (isSame && (rest.until === null || rest.until > now)) return false;
    const { openCycle } = await engine.overview(name);
    const needs = openCycle === null ? {} : { tasks: openCycle.tasks };
    const until = await engine.transact(name, needs, (view) => settle(view, limits.rules));
    rests.set(name, { version, until, at: now });
    return true;
  };
}
