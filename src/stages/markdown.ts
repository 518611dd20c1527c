/**
 * Markdown for a person to read, in which the words of agents stay where they were put.
 *
 * A line cannot become a heading or a second line, a passage cannot leave its quotation, output
 * cannot end its fence, and none of them is HTML or loads a picture.
 */
import type { Instant } from "../core/ids.ts";
import { fence } from "./fence.ts";

/** What a terminal would obey, and what reverses the direction of reading. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const clean = (text: string): string =>
  text.replace(/\r\n?|[\u2028\u2029]/g, "\n").replace(unprintable, "");

/** The beginning of a tag, or of a picture. */
const tag = /<(?=[a-z/!?])|!(?=\[)/gi;
/** A code span on one line, or ticks that begin none, or a tag. */
const spanOrTag = /(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|`+|<(?=[a-z/!?])|!(?=\[)/gi;
const isSpan = /^`+[^`]/;
const tickOrTag = /`|<(?=[a-z/!?])|!(?=\[)/gi;

/** A sentence on one line, as inline Markdown that begins no block and leaves no span open. */
export function line(text: string): string {
  const flat = clean(text).replace(/\s+/g, " ").trim();
  const pattern = flat.includes("\\`") ? tickOrTag : spanOrTag; // an escaped tick opens no span
  return flat
    .replace(pattern, (found) => (isSpan.test(found) ? found : entity(found)))
    .replace(/^(?=[#>+=~|*_-])/, "\\")
    .replace(/^(\d+)(?=[.)](\s|$))/, "$1\\");
}

const entity = (text: string): string =>
  text.replace(/[`<!]/g, (found) => `&#${found.charCodeAt(0)};`);

/** A path, a command or an id as a code span. */
export function code(text: string): string {
  const flat = clean(text).replace(/\s+/g, " ").trim();
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = "`".repeat(longest + 1);
  const space = longest > 0 || flat === "" ? " " : "";
  return `${ticks}${space}${flat}${space}${ticks}`;
}

/** Several lines in an agent's own Markdown: quoted, or fenced where they hold HTML or pictures. */
export function passage(text: string): string {
  const cleaned = clean(text).trim();
  if (cleaned === "") return "> (nothing)";
  if (cleaned.search(tag) >= 0) return fence(cleaned);
  return cleaned
    .split("\n")
    .map((each) => `> ${each}`.trimEnd())
    .join("\n");
}

/** Output as it came, in a fence that it cannot end. */
export const output = (text: string): string => fence(clean(text));

/** `name: text` on one line, where the name may be a sentence with an end of its own. */
export const entry = (name: string, text: string): string =>
  `${line(name).replace(/[.:;,\s]+$/, "")}: ${line(text)}`;

/** Lines as a list; the caller has made them safe. */
export const bullets = (lines: readonly string[]): string =>
  lines.map((each) => `- ${each}`).join("\n");

/** Blocks as a document: blank lines between, a newline at the end. */
export const blocks = (parts: readonly (string | null)[]): string =>
  `${parts.filter((part) => part !== null && part !== "").join("\n\n")}\n`;

/** US dollars to a hundredth of a cent. */
export const money = (usd: number): string => `$${usd.toFixed(4)}`;

/** A moment in UTC, to the second. */
export const moment = (at: Instant): string =>
  `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** A number of things in words: `1 file`, `2 files`. */
export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Milliseconds in words, the two largest units. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (ms < 9_950) return count(Math.round(ms / 100) / 10, "second");
  if (seconds < 60) return count(seconds, "second");
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3_600),
    Math.floor((seconds % 3_600) / 60),
    seconds % 60,
  ];
  const units = [
    [hours, "hour"],
    [minutes, "minute"],
    [rest, "second"],
  ] as const;
  const said = units.filter(([n]) => n > 0).slice(0, 2);
  return said.map(([n, what]) => count(n, what)).join(" ");
}
