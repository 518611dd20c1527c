/** Documents of the audit trail, as a reader of Markdown sees them. */
import { expect } from "vitest";
import type { TaskRecord } from "../../src/ports/engine.ts";
import { aTask } from "./records.ts";

/** A task and all that is known of it. */
export const record = (changes: Partial<TaskRecord> = {}): TaskRecord => ({
  task: aTask(),
  attempts: [],
  verdicts: [],
  landings: [],
  decisions: [],
  job: null,
  lostUsd: 0,
  costUsd: 0.0542,
  ...changes,
});

/** The text of a document that must be there. */
export const textOf = (entry: { readonly text: string } | null): string => {
  if (entry === null) throw new Error("there is no document");
  return entry.text;
};

/** The headings that a Markdown reader sees: none from within fences and quotations. */
export function headings(text: string): readonly string[] {
  const found: string[] = [];
  let ticks = "";
  for (const each of text.split("\n")) {
    const run = /^(`{3,})[^`]*$/.exec(each)?.[1] ?? "";
    if (ticks !== "") {
      if (run.length >= ticks.length && each.trim() === run) ticks = "";
    } else if (run !== "") ticks = run;
    else if (/^#{1,6}\s/.test(each)) found.push(each);
  }
  expect(ticks).toBe(""); // every fence is closed
  return found;
}
