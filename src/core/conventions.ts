/** What a worker may know of a project's own notes: its conventions, not its backlog. */

const backlogHeading = /\b(backlog|to-?do|roadmap|tasks?|next steps|ideas|plans?)\b/i;
const heading = /^(#{1,6})\s+(.*)$/;
const underline = /^ {0,3}(?:(=+)|-+)\s*$/;
const fence = /^\s*(```|~~~)/;
/** Begins a list or a quotation: what is underlined in them is none of the document's headings. */
const inner = /^\s{0,3}(?:[-*+]\s|\d{1,9}[.)]\s|>)/;
/** The text of an underlined heading, as people write it: not indented. */
const plain = /^[^\s#>|]/;

/** Returns Markdown without the sections whose headings announce work to be done. */
export function withoutBacklog(markdown: string): string {
  const kept: string[] = [];
  let dropping = 0; // level of the heading that is being left out
  for (const { level, text, lines } of piecesOf(markdown.split("\n"))) {
    if (level > 0 && (dropping === 0 || level <= dropping))
      dropping = backlogHeading.test(text) ? level : 0;
    if (dropping === 0) kept.push(...lines);
  }
  return kept.join("\n").trim();
}

/** A heading with its underline, or one line of anything else, whose level is 0. */
interface Piece {
  readonly level: number;
  readonly text: string;
  readonly lines: readonly string[];
}

function piecesOf(all: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let fenced = false;
  let before: "open" | "inner" | "text" = "open";
  for (let index = 0; index < all.length; ) {
    const line = all[index] ?? "";
    if (fence.test(line)) fenced = !fenced;
    const piece = fenced ? other(line) : (marked(line) ?? underlined(all, index, before));
    pieces.push(piece);
    index += piece.lines.length;
    if (fenced || piece.level > 0 || fence.test(line) || line.trim() === "") before = "open";
    else if (inner.test(line)) before = "inner";
    else if (before === "open") before = underline.test(line) ? "open" : "text";
  }
  return pieces;
}

const other = (line: string): Piece => ({ level: 0, text: "", lines: [line] });

function marked(line: string): Piece | null {
  const match = heading.exec(line);
  return match === null
    ? null
    : { level: match[1]?.length ?? 0, text: match[2] ?? "", lines: [line] };
}

/** The paragraph that begins at a line, where it is underlined and hangs on nothing before it. */
function underlined(all: readonly string[], from: number, before: string): Piece {
  if (before !== "open") return other(all[from] ?? "");
  let to = from;
  while (isPlain(all[to] ?? "")) to += 1;
  const match = underline.exec(all[to] ?? "");
  if (to === from || match === null) return other(all[from] ?? "");
  const lines = all.slice(from, to);
  return {
    level: match[1] === undefined ? 2 : 1,
    text: lines.join(" "),
    lines: [...lines, all[to] ?? ""],
  };
}

const isPlain = (line: string): boolean =>
  plain.test(line) && !inner.test(line) && !underline.test(line) && !fence.test(line);
