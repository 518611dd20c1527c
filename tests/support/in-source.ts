/** Guards and sabotages name a text of the source, which must be there, and be meant. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { home, type Replacement } from "../sim/run/bundle.ts";

/** How often a text stands in a source. */
export const timesIn = (source: string, text: string): number => source.split(text).length - 1;

/** Says which texts do not stand in their file exactly once, and which names are given twice. */
export async function ambiguous(
  all: readonly (Replacement & { readonly name: string })[],
): Promise<readonly string[]> {
  const names = new Set<string>();
  const found: string[] = [];
  for (const { name, file, text } of all) {
    const times = timesIn(await readFile(join(home, file), "utf8"), text);
    if (times !== 1) found.push(`${name}: its text stands in ${file} ${times} times`);
    if (names.has(name)) found.push(`${name}: the name is given twice`);
    names.add(name);
  }
  return found;
}
