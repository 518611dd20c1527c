/** Reads the portfolio again when its file has changed; the last good one stays in force. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { parsePortfolio } from "../config/parse.ts";
import { renderProblem } from "../config/problem.ts";
import type { Portfolio } from "../core/portfolio.ts";
import type { Clock } from "../ports/clock.ts";

/** Between two looks at the file, in milliseconds. */
const lookMs = 1_000;

export interface Reread {
  /** Takes a portfolio that may be put in force. */
  readonly changed: (portfolio: Portfolio) => Promise<void>;
  /** Hears why what stands in the file is not put in force. */
  readonly refused: (why: string) => void;
}

/**
 * Watches until `signal`. A file that says the same as before is no change, whenever it was
 * written.
 */
export async function watchPortfolio(
  first: Portfolio,
  clock: Clock,
  { changed, refused }: Reread,
  signal: AbortSignal,
): Promise<void> {
  let seen = await textOf(first.file);
  let inForce = first;
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal);
    const text = await textOf(first.file);
    if (signal.aborted || text === seen) continue;
    seen = text;
    const read = next(text, inForce);
    if (typeof read === "string") refused(read);
    else {
      inForce = read;
      await changed(read);
    }
  }
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return null; // gone, or on its way back: editors replace files
  }
}

/** The portfolio that a text holds, or why it cannot take the place of the one in force. */
function next(text: string | null, inForce: Portfolio): Portfolio | string {
  if (text === null) return `${inForce.file} cannot be read`;
  const parsed = parsePortfolio(text, { file: inForce.file, home: homedir() });
  if (parsed.kind === "invalid") return parsed.problems.map(renderProblem).join("; ");
  if (parsed.portfolio.dataDir !== inForce.dataDir)
    return '"data_dir" cannot change while this runs: stop it and start it again';
  return parsed.portfolio;
}
