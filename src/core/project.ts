/** Whether a project may start anything, and why not. */
import type { Instant } from "./ids.ts";

export type ProjectMode =
  | { readonly at: "active" }
  | {
      readonly at: "paused";
      readonly by: "person" | "patrol" | "limit";
      readonly why: string;
      readonly since: Instant;
      /** When it goes on by itself; null where only a person can tell it to. */
      readonly until: Instant | null;
    };

export interface Project {
  readonly mode: ProjectMode;
  /** Tasks that ended failed since one landed. */
  readonly failuresInARow: number;
  readonly version: number;
}

export const newProject: Project = { mode: { at: "active" }, failuresInARow: 0, version: 0 };

/** Failed tasks in a row that pause a project. */
export const failuresMax = 5;

export type ProjectEvent =
  | {
      readonly type: "project.paused";
      readonly by: "person" | "patrol" | "limit";
      readonly why: string;
      readonly until: Instant | null;
      readonly now: Instant;
    }
  | { readonly type: "project.resumed" }
  | { readonly type: "project.succeeded" }
  | { readonly type: "project.failed"; readonly now: Instant };

/** Returns what `event` makes of a project; the same object where nothing changes. */
export function stepProject(project: Project, event: ProjectEvent): Project {
  const next = (change: Partial<Project>): Project => ({
    ...project,
    ...change,
    version: project.version + 1,
  });
  switch (event.type) {
    case "project.paused": {
      // a pause by a person outlasts every other
      if (project.mode.at === "paused" && project.mode.by === "person") return project;
      const { by, why, until, now } = event;
      return next({ mode: { at: "paused", by, why, since: now, until } });
    }
    case "project.resumed":
      if (project.mode.at === "active") return project;
      return next({ mode: { at: "active" }, failuresInARow: 0 });
    case "project.succeeded":
      return project.failuresInARow === 0 ? project : next({ failuresInARow: 0 });
    case "project.failed": {
      const failuresInARow = project.failuresInARow + 1;
      if (failuresInARow < failuresMax || project.mode.at === "paused")
        return next({ failuresInARow });
      const why = `${failuresInARow} tasks in a row failed`;
      return next({
        failuresInARow,
        mode: { at: "paused", by: "patrol", why, since: event.now, until: null },
      });
    }
    default:
      return event satisfies never;
  }
}

/** Tells why a project may not start anything at `now`, or null where it may. */
export function pauseAt({ mode }: Project, now: Instant): (ProjectMode & { at: "paused" }) | null {
  if (mode.at === "active") return null;
  return mode.until !== null && mode.until <= now ? null : mode;
}
