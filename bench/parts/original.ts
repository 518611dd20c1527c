/**
 * What the program of the same description in Python was measured to need for the same cycle (small
 * JavaScript project, tests on, 300 ms a reply, the same agent's program, 2 cores): kilobytes that
 * its sessions sent to the model, by number of workers.
 */
const inputKbByWorkers: Readonly<Record<number, number>> = { 1: 642, 4: 1_881, 8: 3_535 };

/** Kilobytes of input; null for a number of workers that was not measured. */
export const originalInputKb = (workers: number): number | null =>
  inputKbByWorkers[workers] ?? null;
