/** Follows the ledger's events of some projects, in their order. */
import type { ProjectName, TaskId } from "../core/ids.ts";
import type { Engine, LoggedEvent } from "../ports/engine.ts";
import { line } from "./sanitize.ts";

/** An event with what a person wants to read beside it. */
export interface Happened {
  readonly project: ProjectName;
  readonly logged: LoggedEvent;
  /** The title of the task that it is about; null where it is about none. */
  readonly title: string | null;
}

export type Tell = (happened: Happened) => void;

export interface Follower {
  /** Tells what has happened since the last time. */
  readonly catchUp: () => Promise<void>;
  /** Tells what happens until `signal`. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

/** Events read in one go. */
const pageMax = 500;
/** Longest wait between two looks, in milliseconds. */
const lookMs = 500;
const titleMax = 80;

/**
 * Opens a follower; it begins with what happens from now on, or `backlog` events before. `projects`
 * is asked at each look: one that joins is followed from then on.
 */
export async function openFollower(
  ledger: Pick<Engine, "overview" | "events" | "task" | "changed">,
  projects: () => readonly ProjectName[],
  tell: Tell,
  backlog = 0,
): Promise<Follower> {
  const cursors = new Map<ProjectName, number>();
  const cursorOf = async (project: ProjectName): Promise<number> => {
    const known =
      cursors.get(project) ?? Math.max(0, (await ledger.overview(project)).cursor - backlog);
    cursors.set(project, known);
    return known;
  };
  for (const project of projects()) await cursorOf(project);
  const titleOf = openTitles(ledger);
  const catchUp = async (): Promise<void> => {
    const happened: Happened[] = [];
    for (const project of projects()) {
      for (;;) {
        const events = await ledger.events(project, await cursorOf(project), pageMax);
        for (const logged of events) {
          cursors.set(project, logged.seq);
          happened.push({ project, logged, title: await titleOf(project, logged) });
        }
        if (events.length < pageMax) break;
      }
    }
    // read project by project, told in the order in which it happened
    for (const each of happened.sort((a, b) => a.logged.at - b.logged.at)) tell(each);
  };
  return {
    catchUp,
    follow: async (signal) => {
      while (!signal.aborted) {
        await catchUp();
        await ledger.changed(lookMs, signal);
      }
    },
  };
}

function openTitles(ledger: Pick<Engine, "task">) {
  const titles = new Map<string, string>();
  return async (project: ProjectName, { event }: LoggedEvent): Promise<string | null> => {
    const task = event.of === "task" || event.of === "note" ? event.task : null;
    if (task === null) return null;
    const key = `${project} ${task}`;
    const known = titles.get(key) ?? (await titleIn(ledger, { project, task }));
    titles.set(key, known);
    return known;
  };
}

async function titleIn(
  ledger: Pick<Engine, "task">,
  { project, task }: { readonly project: ProjectName; readonly task: TaskId },
): Promise<string> {
  const record = await ledger.task(project, task);
  return line(record?.task.brief.title ?? "", titleMax);
}
