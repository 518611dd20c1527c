/** The candidate that `text` was most likely meant to be; `null` where none is near. */
export function closest(text: string, candidates: readonly string[]): string | null {
  const wanted = text.toLowerCase();
  let best: string | null = null;
  // One slip for three characters: more would suggest unrelated words.
  let distance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const found = editDistance(wanted, candidate.toLowerCase());
    if (found < distance) [best, distance] = [candidate, found];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(from: string, to: string): number {
  // Far-off lengths cannot be near, and a huge key must not cost a huge table.
  if (Math.abs(from.length - to.length) > to.length) return Number.POSITIVE_INFINITY;
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          at(previous, j) + 1,
          at(row, j - 1) + 1,
          at(previous, j - 1) + same,
          swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, previous] = [previous, row];
  }
  return at(previous, to.length);
}

const at = (row: readonly number[], index: number): number =>
  row[index] ?? Number.POSITIVE_INFINITY;
