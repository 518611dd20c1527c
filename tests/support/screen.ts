import type { Out } from "../../src/cli/io.ts";

export { noon } from "./records.ts";

/** A terminal that knows the few sequences that the program uses, and wraps long lines. */
export function screen(columns: number): { readonly out: Out; readonly rows: () => string[] } {
  let cells: string[][] = [[]];
  let row = 0;
  let column = 0;
  const goTo = (next: number, at: number): void => {
    row = next;
    column = at;
    while (cells.length <= row) cells.push([]);
  };
  const put = (each: string): void => {
    const wide = (each.codePointAt(0) ?? 0) > 0x2e80;
    if (column + (wide ? 2 : 1) > columns) goTo(row + 1, 0);
    const line = cells[row] ?? [];
    while (line.length < column) line.push(" ");
    line.splice(column, wide ? 2 : 1, ...(wide ? [each, ""] : [each]));
    column += wide ? 2 : 1;
  };
  const type = (each: string): void => {
    if (each === "\n") goTo(row + 1, 0);
    else if (each === "\r") goTo(row, 0);
    else put(each);
  };
  const eraseBelow = (): void => {
    cells = cells.slice(0, row + 1);
    cells[row]?.splice(column);
  };
  const write = (text: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with one
    for (const part of text.split(/(\u001b\[\d*[A-Za-z])/)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
      const [, count, kind] = /^\u001b\[(\d*)([A-Za-z])$/.exec(part) ?? [];
      if (kind === undefined) for (const each of part) type(each);
      else if (kind === "A") goTo(Math.max(0, row - Number(count)), column);
      else if (kind === "J") eraseBelow();
    }
  };
  const rows = (): string[] => cells.map((line) => line.join(""));
  return {
    out: { isTTY: true, columns, write },
    rows: () => rows().filter((each, i, all) => each !== "" || i < all.length - 1),
  };
}
