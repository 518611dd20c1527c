import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { type Found, type FoundBy, findPortfolio, type Search, unreadable } from "./find.ts";
import { type Parsed, parsePortfolio } from "./parse.ts";

export type Loaded =
  | (Parsed & { readonly file: string; readonly by: FoundBy })
  | Extract<Found, { readonly kind: "missing" }>;

/**
 * Finds and reads the portfolio; what is wrong with it is an answer. `home` is what `~/` stands
 * for.
 */
export async function loadPortfolio(search: Search, home = homedir()): Promise<Loaded> {
  const found = await findPortfolio(search);
  if (found.kind === "missing") return found;
  const { file, by } = found;
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    return unreadable(cause);
  }
  return { ...parsePortfolio(text, { file, home }), file, by };
}
