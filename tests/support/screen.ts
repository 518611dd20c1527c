import type { Out } from "../../src/cli/io.ts";

export { noon } from "./records.ts";

/** A terminal that knows the few sequences that the program uses, and wraps long lines. */
export function screen(columns: number): { readonly out: Out; readonly rows: () => string[] } {
  let rows = [""];
  const wide = (text: string): number =>
    [...text].reduce((sum, each) => sum + ((each.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1), 0);
  const put = (text: string): void => {
    for (const each of text) {
      const last = rows.length - 1;
      if (each === "\n") rows.push("");
      else if (wide((rows[last] ?? "") + each) > columns) rows.push(each);
      else rows[last] = (rows[last] ?? "") + each;
    }
  };
  const write = (text: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with one
    for (const part of text.split(/(\u001b\[\d*[A-Za-z])/)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
      const [, count, kind] = /^\u001b\[(\d*)([A-Za-z])$/.exec(part) ?? [];
      if (kind === undefined) put(part);
      // the cursor stands at the beginning of an empty row: up and erase below drop whole rows
      else if (kind === "A") rows = [...rows.slice(0, -1 - Number(count)), ""];
    }
  };
  return {
    out: { isTTY: true, columns, write },
    rows: () => rows.filter((row, i) => row !== "" || i < rows.length - 1),
  };
}
