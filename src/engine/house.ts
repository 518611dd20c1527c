/** Everything that the loops work with: the ledger, the clock, and each project's site. */
import type { ProjectName, TaskId } from "../core/ids.ts";
import type { Limits } from "../core/schedule.ts";
import type { SessionEvent } from "../ports/agent.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Journal } from "../ports/journal.ts";
import type { Settings, World } from "../stages/context.ts";

/** One project: its world, its settings, its limits. */
export interface Site {
  readonly name: ProjectName;
  readonly world: World;
  readonly settings: Settings;
  readonly limits: Limits;
  readonly journal: Journal;
  /** Higher is served first. */
  readonly priority: number;
  /** Milliseconds from the start of one scheduled cycle to the next. */
  readonly intervalMs: number;
  /** False for `manual` projects, whose tasks people add. */
  readonly planned: boolean;
}

export interface House {
  readonly engine: Engine;
  readonly clock: Clock;
  /** The sites as they are now: a changed portfolio changes the answer. */
  readonly sites: () => ReadonlyMap<ProjectName, Site>;
  readonly hear: Hear;
  /** Why nothing may be started on this machine now (a full disk), or null. */
  readonly obstacle: () => Promise<string | null>;
}

/** Hears what happens inside the sessions, for live progress; the ledger has all else. */
export type Hear = (heard: {
  readonly project: ProjectName;
  readonly task: TaskId | null;
  readonly role: "planner" | "worker" | "judge" | "refinery";
  readonly event: SessionEvent;
}) => void;

/** The site of a project that a job names. */
export function siteOf({ sites }: House, name: ProjectName): Site {
  const site = sites().get(name);
  if (site === undefined) throw new Error(`project ${name} is not in the portfolio any more`);
  return site;
}
