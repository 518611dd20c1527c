/** Lets text fit a terminal: lines that are too long are broken at spaces, below their own text. */
import { stripVTControlCharacters } from "node:util";
import stringWidth from "fast-string-width";

/** Below this a terminal has no room to set anything off. */
const columnsMin = 30;

/** Breaks each line that has more than `columns`; what is in one word stays in one piece. */
export function fitText(text: string, columns: number): string {
  const room = Math.max(columnsMin, columns);
  const fitted = (line: string): string =>
    stringWidth(line) <= room ? line : broken(line, room).join("\n");
  return text.split("\n").map(fitted).join("\n");
}

function broken(line: string, columns: number): readonly string[] {
  const below = hangOf(line, columns);
  const lines: string[] = [];
  let last = "";
  let isBegun = false;
  for (const [, space = "", word = ""] of line.matchAll(/(\s*)(\S+)/g)) {
    const longer = last + space + word;
    if (!isBegun || stringWidth(longer) <= columns) last = longer;
    else {
      lines.push(last);
      last = " ".repeat(below) + word;
    }
    isBegun = true;
  }
  return [...lines, last];
}

/** Where the text of a line begins, beyond its labels: behind the last gap in its first half. */
function hangOf(line: string, columns: number): number {
  const plain = stripVTControlCharacters(line);
  const gaps = [...plain.matchAll(/(?:^ *- |^ +| {2,})(?=\S)/g)];
  const ends = gaps.map(({ 0: gap, index }) => stringWidth(plain.slice(0, index)) + gap.length);
  return Math.max(0, ...ends.filter((end) => end <= columns / 2));
}
