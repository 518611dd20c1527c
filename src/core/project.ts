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

/** Who has paused a project, to be read by the person at the terminal. */
export const pauser = (by: string): string => (by === "person" ? "a person" : `the ${by}`);

export interface Project {
  readonly mode: ProjectMode;
  /** Tasks that ended failed since one landed. */
  readonly failuresInARow: number;
  /** Cycles whose planning failed since one was planned. */
  readonly plansFailedInARow: number;
  /** The last of those failures, in a line each, oldest first; bounded. */
  readonly failures: readonly string[];
  /** By how much a person has raised the cap of a day, in US dollars; it ends with that day. */
  readonly raised: { readonly day: string; readonly usd: number } | null;
  readonly version: number;
}

export const newProject: Project = {
  mode: { at: "active" },
  failuresInARow: 0,
  plansFailedInARow: 0,
  failures: [],
  raised: null,
  version: 0,
};

/** Failures that a pause names: enough to see a pattern. */
const namedMax = 5;
/** Longest line on one failure, in characters. */
const lineMax = 120;

export type ProjectEvent =
  | {
      readonly type: "project.paused";
      readonly by: "person" | "patrol" | "limit";
      readonly why: string;
      readonly until: Instant | null;
      readonly now: Instant;
    }
  | { readonly type: "project.resumed" }
  /** A person lets more be spent on `day` (`YYYY-MM-DD`, theirs) than the portfolio says. */
  | {
      readonly type: "project.budgetRaised";
      readonly day: string;
      readonly usd: number;
      readonly now: Instant;
    }
  | { readonly type: "project.succeeded" }
  /** A task failed; `what` names it and how, `max` such in a row pause the project. */
  | ({ readonly type: "project.failed" } & Failing)
  | { readonly type: "project.planned" }
  /** A cycle's planning failed; `what` says why. */
  | ({ readonly type: "project.planFailed" } & Failing);

interface Failing {
  readonly what: string;
  readonly max: number;
  readonly now: Instant;
}

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
      // the count begins anew: one failure more is not enough to pause it again
      return next({ mode: { at: "active" }, ...nothingFailed, plansFailedInARow: 0 });
    case "project.budgetRaised": {
      const { day, usd } = event;
      return next({ raised: { day, usd: usd + raisedOn(project, day) } });
    }
    case "project.succeeded":
      return project.failuresInARow === 0 ? project : next(nothingFailed);
    case "project.planned":
      return project.plansFailedInARow === 0 ? project : next({ plansFailedInARow: 0 });
    case "project.failed":
      return next(failed(project, event, "tasks"));
    case "project.planFailed":
      return next(failed(project, event, "plannings"));
    default:
      return event satisfies never;
  }
}

/** By how much the cap of `day` is raised, in US dollars. */
export const raisedOn = ({ raised }: Pick<Project, "raised">, day: string): number =>
  raised?.day === day ? raised.usd : 0;

const nothingFailed = { failuresInARow: 0, failures: [] } as const;

/** Counts a failure, and pauses the project where it is one too many. */
function failed(
  { mode, failuresInARow, plansFailedInARow, failures }: Project,
  { what, max, now }: Failing,
  of: "tasks" | "plannings",
): Partial<Project> {
  const line = what.length <= lineMax ? what : `${what.slice(0, lineMax - 1)}…`;
  const named = [...failures, line].slice(-namedMax);
  const inARow = (of === "tasks" ? failuresInARow : plansFailedInARow) + 1;
  const counted =
    of === "tasks"
      ? { failuresInARow: inARow, failures: named }
      : { plansFailedInARow: inARow, failures: named };
  if (inARow < max || mode.at === "paused") return counted;
  const why = `${inARow} ${of} in a row failed: ${named.slice(-inARow).join("; ")}`;
  return { ...counted, mode: { at: "paused", by: "patrol", why, since: now, until: null } };
}

/** Tells why a project may not start anything at `now`, or null where it may. */
export function pauseAt({ mode }: Project, now: Instant): (ProjectMode & { at: "paused" }) | null {
  if (mode.at === "active") return null;
  return mode.until !== null && mode.until <= now ? null : mode;
}
