/** Virtual time: nothing waits, the clock jumps to what comes next. */
import { instant } from "../../../src/core/ids.ts";

/** A process of the program: what of it runs, runs by timers, which die and freeze with it. */
export interface Process {
  readonly owner: string;
  readonly seat: string;
  alive: boolean;
  /** Until then it is stopped: whatever it waits for comes late. */
  frozenUntil: number;
}

interface Timer {
  at: number;
  readonly seq: number;
  readonly process: Process | null;
  readonly fire: () => void;
  off: boolean;
}

export interface Time {
  now(): ReturnType<typeof instant>;
  /** Fires at a moment, unless its process has died by then. */
  at(moment: number, process: Process | null, fire: () => void): { off: boolean };
  /** Waits; ends early where `signal` aborts; never comes back to a process that died. */
  sleep(process: Process | null, ms: number, signal?: AbortSignal): Promise<void>;
  /** Fires the next timer and lets all that follows from it happen; false where nothing is left. */
  step(): Promise<boolean>;
}

/** When the world begins: shortly before midnight, so that the day changes in many runs. */
const beginning = Date.UTC(2030, 0, 1, 23, 50);

/** Opens a clock that only moves when it is told to. */
export function openTime(): Time {
  let now = beginning;
  let seq = 0;
  const heap: Timer[] = [];
  const at: Time["at"] = (moment, process, fire) => {
    seq += 1;
    const timer: Timer = { at: Math.max(now, moment), seq, process, fire, off: false };
    push(heap, timer);
    return timer;
  };
  return {
    now: () => instant(now),
    at,
    sleep: (process, ms, signal) =>
      new Promise((resolve) => {
        const timer = at(now + Math.max(0, ms), process, () => {
          signal?.removeEventListener("abort", end);
          resolve();
        });
        // by way of a timer: a frozen process hears of an abort when it wakes
        const end = (): void => {
          timer.off = true;
          at(now, process, resolve);
        };
        if (signal?.aborted === true) end();
        else signal?.addEventListener("abort", end, { once: true });
      }),
    async step() {
      for (;;) {
        const timer = pop(heap);
        if (timer === undefined) return false;
        if (timer.off || timer.process?.alive === false) continue;
        const wakes = timer.process?.frozenUntil ?? 0;
        now = Math.max(now, timer.at);
        if (wakes > now) {
          push(heap, { ...timer, at: wakes });
          continue;
        }
        timer.fire();
        await new Promise<void>((resolve) => setImmediate(resolve)); // all promises in between
        return true;
      }
    },
  };
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);

function push(heap: Timer[], timer: Timer): void {
  let i = heap.length;
  heap.push(timer);
  while (i > 0) {
    const up = (i - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || before(parent, timer)) break;
    heap[i] = parent;
    i = up;
  }
  heap[i] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let i = 0;
  for (;;) {
    const left = heap[2 * i + 1];
    const right = heap[2 * i + 2];
    if (left === undefined) break;
    const small = right !== undefined && before(right, left) ? right : left;
    if (before(last, small)) break;
    heap[i] = small;
    i = small === left ? 2 * i + 1 : 2 * i + 2;
  }
  heap[i] = last;
  return top;
}
