import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { instant, sessionId } from "../../src/core/ids.ts";
import type { Clock } from "../../src/ports/clock.ts";

/** The machine's own time. */
export const realClock: Clock = {
  now: () => instant(Date.now()),
  elapsedMs: () => performance.now(),
  // an abort is a shorter sleep, not an error
  sleep: (ms, signal) => wait(ms, undefined, { signal, ref: false }).catch(() => undefined),
  newId: () => randomUUID().replaceAll("-", "").slice(0, 12),
  newSession: () => sessionId(randomUUID()),
  random: Math.random,
};
