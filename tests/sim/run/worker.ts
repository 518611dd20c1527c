/** Runs seeds in a thread of its own, where nobody can look at the real time or the real chance. */
import { setMaxListeners } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { type Ran, simulate } from "./simulate.ts";

/** What a worker is given: seeds are taken from `next` (one counter for all) up to `end`. */
export interface WorkerTask {
  readonly next: Int32Array;
  readonly end: number;
  /** Keeps the whole trace. */
  readonly whole: boolean;
}

/** Makes whatever is not decided by the seed throw. */
function forbidRealTime(): void {
  const forbidden = (what: string) => (): never => {
    throw new Error(`${what} is read inside the simulator`);
  };
  Math.random = forbidden("Math.random");
  Date.now = forbidden("Date.now");
  performance.now = forbidden("performance.now");
  globalThis.setTimeout = forbidden("setTimeout") as never; // nobody is to call it
}

const { next, end, whole } = workerData as WorkerTask; // the pool has sent it
setMaxListeners(0);
forbidRealTime();
for (let seed = Atomics.add(next, 0, 1); seed < end; seed = Atomics.add(next, 0, 1)) {
  const ran: Ran = await simulate(seed, whole);
  const trace = whole || ran.violation !== null ? ran.trace : [];
  parentPort?.postMessage({ ...ran, trace });
}
