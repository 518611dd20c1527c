import stringWidth from "string-width";

const gap = "  ";

/** Rows under their headings, in columns without lines. Cells must be clean. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => stringWidth(row[i] ?? ""))));
  const fit = (cell: string, i: number): string => {
    const space = " ".repeat((widths[i] ?? 0) - stringWidth(cell));
    return right.includes(i) ? space + cell : cell + space;
  };
  return all.map((row) => row.map(fit).join(gap).trimEnd()).join("\n");
}
