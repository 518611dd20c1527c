/** Runs seeds on all cores. */
import { Worker } from "node:worker_threads";
import type { Ran } from "./simulate.ts";
import type { WorkerTask } from "./worker.ts";

export interface Batch {
  /** The bundled worker. */
  readonly file: string;
  readonly from: number;
  readonly count: number;
  readonly workers: number;
  readonly whole?: boolean;
  /**
   * Longest real time without a seed that ends, in milliseconds: a loop that never waits is a hang.
   */
  readonly hangMs?: number;
}

export type End = { readonly kind: "done" } | { readonly kind: "hung" };

const hangDefaultMs = 120_000;

/** What a run makes is soon garbage: with room for it, less is copied about. */
const resourceLimits = { maxYoungGenerationSizeMb: 64 };

/** Runs seeds until they are used up, `heard` answers false, or `signal` aborts. */
export async function runSeeds(
  batch: Batch,
  heard: (ran: Ran) => boolean,
  signal: AbortSignal,
): Promise<End> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  next[0] = batch.from;
  const end = batch.from + batch.count;
  const workerData: WorkerTask = { next, end, whole: batch.whole === true };
  const stopAll = (): void => void Atomics.store(next, 0, end);
  signal.addEventListener("abort", stopAll, { once: true });
  if (signal.aborted) stopAll();
  const one = (): Promise<End> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(batch.file, { workerData, resourceLimits });
      const hung = (): void => {
        resolve({ kind: "hung" });
        void worker.terminate();
      };
      let watch = setTimeout(hung, batch.hangMs ?? hangDefaultMs);
      worker.on("message", (ran: Ran) => {
        clearTimeout(watch);
        watch = setTimeout(hung, batch.hangMs ?? hangDefaultMs);
        if (!heard(ran)) stopAll();
      });
      worker.on("error", (fault) => {
        clearTimeout(watch);
        stopAll();
        reject(fault);
      });
      worker.on("exit", () => {
        clearTimeout(watch);
        resolve({ kind: "done" });
      });
    });
  try {
    const ends = await Promise.all(Array.from({ length: batch.workers }, one));
    return ends.find(({ kind }) => kind === "hung") ?? { kind: "done" };
  } finally {
    signal.removeEventListener("abort", stopAll);
  }
}
