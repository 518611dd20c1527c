/** Hears what lands while cycles run, whichever cycle planned it. */
import type { ProjectName, TaskId } from "../core/ids.ts";
import type { Tell } from "./follow.ts";

export interface Heard {
  readonly project: ProjectName;
  readonly task: TaskId;
}

export interface Landings {
  readonly tell: Tell;
  /** What has landed so far, in its order. */
  readonly heard: () => readonly Heard[];
}

/** Hears landings on their way to whoever tells them. */
export function openLandings(tell: Tell): Landings {
  const landed: Heard[] = [];
  return {
    tell: (happened) => {
      const { event } = happened.logged;
      if (event.of === "task" && event.event.type === "merge.landed")
        landed.push({ project: happened.project, task: event.task });
      tell(happened);
    },
    heard: () => landed,
  };
}
