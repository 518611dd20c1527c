/**
 * Output as lines that readers can match: no colours, no carriage returns, no folder of this run.
 */

/** Most characters that are read; what runners say at the end matters most. */
const headMax = 2_000_000;
const tailMax = 6_000_000;

const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /\u001b\[[0-9;:?<=>]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\^_]/g;

/** Cleans a run's output; paths below `root` become relative. */
export function linesOf(output: string, root: string): readonly string[] {
  const bounded =
    output.length <= headMax + tailMax
      ? output
      : `${output.slice(0, headMax)}\n…\n${output.slice(-tailMax)}`;
  const plain = bounded.replace(escapes, "").replace(/\r\n?/g, "\n");
  return withoutRoot(plain, root).split("\n");
}

function withoutRoot(text: string, root: string): string {
  const folder = root.endsWith("/") ? root : `${root}/`;
  if (!folder.startsWith("/") || folder === "/") return text;
  const literal = folder.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // Not in the middle of a longer path, such as a module's name that holds the folder's.
  return text.replace(new RegExp(`file://${literal}|(?<![\\w.~/-])${literal}`, "g"), "");
}

/** Most lines and characters of a failure's message that are kept. */
const messageLines = 6;
const messageMax = 600;

/** The first lines that say something, from `from` up to the line that `ends` knows. */
export function messageAt(
  lines: readonly string[],
  from: number,
  ends: (line: string) => boolean = () => false,
): string {
  const said: string[] = [];
  // Blank lines are skipped, so the search needs a bound of its own.
  for (const line of lines.slice(from, from + 4 * messageLines)) {
    if (said.length === messageLines || ends(line)) break;
    if (line.trim() !== "") said.push(line.trim());
  }
  return bounded(said.join("\n"));
}

/** The first line from `from` on that `test` knows; the end where there is none. */
export function indexFrom(
  lines: readonly string[],
  from: number,
  test: (line: string) => boolean,
): number {
  for (let index = from; index < lines.length; index += 1)
    if (test(lines[index] ?? "")) return index;
  return lines.length;
}

/** The beginning of a message that came as one text. */
export const messageOf = (text: string): string => messageAt(text.split("\n", 24), 0);

const bounded = (text: string): string =>
  text.length <= messageMax ? text : `${text.slice(0, messageMax)}…`;
