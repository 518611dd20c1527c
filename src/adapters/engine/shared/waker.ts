/** Lets callers wait for the next commit without missing one that came while they were busy. */
export interface Waker {
  /** Tells all who wait, and all who will ask, that something was written. */
  wake(): void;
  /** Waits for `wake`, or until `sleep` ends; a caller is known by its signal. */
  wait(sleep: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Made once: a reason of its own for each abort would cost more than the wait. */
const woken = new Error("something was written");

/** Opens a waker that counts commits. */
export function openWaker(): Waker {
  let commits = 0;
  const waiting = new Set<() => void>();
  const seen = new WeakMap<AbortSignal, number>();
  return {
    wake() {
      commits += 1;
      for (const end of [...waiting]) end();
    },
    async wait(sleep, signal) {
      if (signal.aborted) return;
      if ((seen.get(signal) ?? commits) === commits) {
        const ending = new AbortController();
        const end = () => ending.abort(woken);
        waiting.add(end);
        signal.addEventListener("abort", end, { once: true });
        await sleep(ending.signal);
        waiting.delete(end);
        signal.removeEventListener("abort", end);
      }
      seen.set(signal, commits);
    },
  };
}
