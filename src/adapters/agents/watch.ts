import type { SessionLimits } from "../../ports/agent.ts";
import type { Clock } from "../../ports/clock.ts";

export interface Watch {
  /**
   * A sign of life. While `busy`, a command of the agent's runs and the model is not waited for.
   */
  heard(busy: boolean): void;
  /** Ends the watch. */
  close(): void;
}

/** Watches a session's wall clock and its silences; calls `end` at most once. */
export function openWatch(
  limits: SessionLimits,
  clock: Clock,
  end: (why: "timedOut" | "stalled") => void,
): Watch {
  const closing = new AbortController();
  let heardAt = clock.elapsedMs();
  let busy = false;
  const over = (why: "timedOut" | "stalled"): void => {
    if (closing.signal.aborted) return;
    closing.abort();
    end(why);
  };
  const watchTime = async (): Promise<void> => {
    await clock.sleep(limits.timeoutMs, closing.signal);
    over("timedOut");
  };
  const watchSilence = async (): Promise<void> => {
    let leftMs = limits.silenceMs;
    while (leftMs > 0 && !closing.signal.aborted) {
      await clock.sleep(leftMs, closing.signal);
      leftMs = busy ? limits.silenceMs : heardAt + limits.silenceMs - clock.elapsedMs();
    }
    over("stalled");
  };
  void watchTime();
  void watchSilence();
  return {
    heard(isBusy) {
      heardAt = clock.elapsedMs();
      busy = isBusy;
    },
    close: () => closing.abort(),
  };
}
