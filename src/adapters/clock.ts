/** The machine's own time and chance. */
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { instant, sessionId } from "../core/ids.ts";
import type { Clock } from "../ports/clock.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
/** `setTimeout` fires at once beyond 2^31 milliseconds. */
const sleepMaxMs = 2 ** 31 - 1;

/** The clock of this machine. */
export const machineClock: Clock = {
  now: () => instant(Date.now()),
  elapsedMs: () => performance.now(),
  // an abort is a shorter sleep, not an error
  sleep: (ms, signal) =>
    wait(Math.min(Math.max(0, ms), sleepMaxMs), undefined, { signal }).catch(() => undefined),
  newId: () => [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join(""),
  session: (name) => sessionId(uuidOf(name)),
  random: Math.random,
};

/** The calendar day of an instant in the person's time zone, `YYYY-MM-DD`. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A UUID of the name-based kind (RFC 9562, version 8). */
function uuidOf(name: string): string {
  const bytes = createHash("sha256").update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
