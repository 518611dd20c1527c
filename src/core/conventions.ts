/** What a worker may know of a project's own notes: its conventions, not its backlog. */

const backlogHeading = /\b(backlog|to-?do|roadmap|tasks?|next steps|ideas|plans?)\b/i;
const heading = /^(#{1,6})\s+(.*)$/;

/** Returns Markdown without the sections whose headings announce work to be done. */
export function withoutBacklog(markdown: string): string {
  const kept: string[] = [];
  let dropping = 0; // level of the heading that is being left out
  let fenced = false;
  for (const line of markdown.split("\n")) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const match = fenced ? null : heading.exec(line);
    const level = match?.[1]?.length ?? 0;
    if (match !== null && (dropping === 0 || level <= dropping))
      dropping = backlogHeading.test(match[2] ?? "") ? level : 0;
    if (dropping === 0) kept.push(line);
  }
  return kept.join("\n").trim();
}
