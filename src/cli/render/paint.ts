import picocolors from "picocolors";
import type { Status } from "../../core/task.ts";

export type Paint = ReturnType<typeof picocolors.createColors>;

/** Colours that colour, or that leave text as it is. */
export const paintFor = (colour: boolean): Paint => picocolors.createColors(colour);

/** A public status in its colour: what needs a person is yellow, what failed red. */
export function paintStatus(paint: Paint, status: Status): string {
  switch (status) {
    case "pending":
    case "skipped":
      return paint.dim(status);
    case "in_progress":
      return paint.cyan(status);
    case "waiting":
      return paint.yellow(status);
    case "done":
      return paint.green(status);
    case "failed":
      return paint.red(status);
    default:
      return status satisfies never;
  }
}
