import type { Instant, SessionId } from "../core/ids.ts";

/** Time and chance, so that both can be played back. */
export interface Clock {
  /** The wall clock, for records and schedules. */
  now(): Instant;
  /** Milliseconds since some fixed moment, never going back: for durations. */
  elapsedMs(): number;
  /** Waits `ms` milliseconds, or less when `signal` aborts; never throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Twelve random characters of `[a-z0-9]`. */
  newId(): string;
  /** The UUID of a name: the same name gives the same session, also after a crash. */
  session(name: string): SessionId;
  /** A number in [0, 1), for jitter. */
  random(): number;
}
