/** Looks for processes that outlived whoever started them; only those that bear our mark. */
import type { Caretaker } from "../../ports/caretaker.ts";
import { findMarked, sweepMarked } from "./sweep.ts";

/** Opens the caretaker of the processes of one data folder, by its mark. */
export function openProcessCaretaker(mark: string): Caretaker {
  return {
    look: async ({ alone }, signal) => {
      // while somebody works here, marked processes are whom they have started
      const pids = alone ? await findMarked(`${mark}.`, signal) : [];
      if (pids.length === 0) return [];
      const what = `processes of sessions that are over: ${pids.join(", ")}`;
      return [
        {
          finding: { kind: "process", project: null, what, action: "ended", bytes: 0 },
          mend: async (until) => void (await sweepMarked(`${mark}.`, until)),
        },
      ];
    },
  };
}
