/**
 * How many sessions begin at once. The agent's program computes for most of a second before it
 * asks the model anything, and then mostly waits: as many as there are cores begin together, and
 * the others begin while those wait (decision 14).
 */
import pLimit from "p-limit";
import type { Clock } from "../../ports/clock.ts";

/** Waits for a turn, or until `signal` aborts; the answer gives the turn to the next. */
export type Starts = (signal: AbortSignal) => Promise<() => void>;

/** A program that says nothing for so long does not keep the others from beginning. */
const turnMaxMs = 5_000;

/** A line in which `atOnce` begin at a time, each as it came. */
export function openStarts(atOnce: number, clock: Pick<Clock, "sleep">): Starts {
  const limit = pLimit(atOnce);
  return (signal) =>
    new Promise((enter) => {
      const turn = new AbortController();
      const begun = (): void => turn.abort();
      const leave = (): void => {
        begun();
        enter(begun);
      };
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) leave();
      void limit(async () => {
        signal.removeEventListener("abort", leave);
        enter(begun);
        await clock.sleep(turnMaxMs, turn.signal);
      });
    });
}
