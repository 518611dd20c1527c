import stringWidth from "fast-string-width";

const gap = "  ";

export interface TableStyle {
  /** Columns, by their headings, whose cells end at the right. */
  readonly right?: readonly string[];
  /** Columns of the terminal. */
  readonly columns?: number;
  /** What is left out where the terminal is too narrow, the least wanted first. */
  readonly spare?: readonly string[];
}

/** Rows under their headings, in columns without lines. Cells must be clean. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [], columns = Number.POSITIVE_INFINITY, spare = [] }: TableStyle = {},
): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => stringWidth(row[i] ?? ""))));
  const shown = shownOf(head, widths, { columns, spare });
  const filled = (cell: string, i: number): string => {
    const space = " ".repeat((widths[i] ?? 0) - stringWidth(cell));
    return right.includes(head[i] ?? "") ? space + cell : cell + space;
  };
  const text = (row: readonly string[]): string =>
    shown
      .map((i) => filled(row[i] ?? "", i))
      .join(gap)
      .trimEnd();
  return all.map(text).join("\n");
}

/** Columns, by number, that there is room for. */
function shownOf(
  head: readonly string[],
  widths: readonly number[],
  { columns, spare }: Required<Pick<TableStyle, "columns" | "spare">>,
): readonly number[] {
  let shown = [...head.keys()];
  const total = (): number =>
    shown.reduce((sum, i) => sum + (widths[i] ?? 0), gap.length * (shown.length - 1));
  for (const name of spare) {
    if (total() <= columns) break;
    shown = shown.filter((i) => head[i] !== name);
  }
  return shown;
}
