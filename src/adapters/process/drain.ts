import type { Readable } from "node:stream";

/** A pipe that says nothing for so long after its process's end is held by somebody else. */
const quietMs = 200;
/** Somebody else may also write without end. */
const drainMaxMs = 2_000;

/**
 * Reads what is left in the pipes of a process that has exited, then closes them: until they end,
 * are quiet for 200 ms, or 2 seconds have passed.
 */
export async function drained(pipes: readonly (Readable | null)[]): Promise<void> {
  await Promise.all(pipes.map((pipe) => (pipe === null ? undefined : drainOne(pipe))));
}

function drainOne(pipe: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (pipe.readableEnded || pipe.destroyed) return resolve();
    const until = performance.now() + drainMaxMs;
    let heard = true;
    const onData = (): void => {
      heard = true;
    };
    const finish = (): void => {
      clearInterval(ticks);
      pipe.off("data", onData);
      pipe.destroy();
      resolve();
    };
    const ticks = setInterval(() => {
      // Timers run ahead of input: a busy program must read once more before it says "quiet".
      setImmediate(() => {
        if (!heard || performance.now() > until) finish();
        heard = false;
      });
    }, quietMs);
    pipe.on("data", onData);
    pipe.once("close", finish);
    pipe.once("end", finish);
    pipe.once("error", finish);
  });
}
