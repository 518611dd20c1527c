/** Times, durations and money, as people read them. */
import prettyMs from "pretty-ms";
import type { Instant } from "../../core/ids.ts";
import type { Holder } from "../backstage.ts";

/** US dollars with cents; what is less than a cent is said to be. */
export function money(usd: number): string {
  if (usd > 0 && usd < 0.01) return "<$0.01";
  return `$${usd.toFixed(2)}`;
}

/** A duration in its two largest units, in words as short as `3m 20s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return "0s";
  return prettyMs(Math.round(ms / 1_000) * 1_000, { unitCount: 2 });
}

/** What is said of money whose bill nobody knows. */
export const lostWords = "reserved by a session that was lost, counted as spent";

/** How long ago, or how soon, a moment is. */
export function relative(at: Instant, now: Instant): string {
  const ms = at - now;
  if (Math.abs(ms) < 1_000) return "now";
  return ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`;
}

/** A moment in UTC, as JSON has it; null stays null. */
export function iso(at: Instant): string;
export function iso(at: Instant | null): string | null;
export function iso(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** The wall-clock time of a moment where the person is, `HH:MM:SS`. */
export function timeOfDay(at: Instant): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes in the unit that suits them. */
export function size(bytes: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const number = bytes / 2 ** (10 * step);
  return `${step === 0 ? number : number.toFixed(1)} ${units[step]}`;
}

/** `1 task`, `2 tasks`. */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** `name: text`, where the name may be a sentence with an end of its own. */
export const entry = (name: string, text: string): string =>
  `${name.replace(/[.:;,\s]+$/, "")}: ${text}`;

/** The command that a process which has the data folder carries out. */
export const commandOf = ({ kind }: Pick<Holder, "kind">): "start" | "run" =>
  kind === "daemon" ? "start" : "run";

/** A commit as git abbreviates it. */
export const shortSha = (sha: string): string => sha.slice(0, 10);

/** Breaks a sentence into lines at its spaces. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
