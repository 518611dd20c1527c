/** Reads a tree's rounds of checks as they were remembered. */
import * as z from "zod";
import type { CheckRun } from "../../core/checks.ts";

const count = z.int().min(0);
const run = z.object({
  name: z.string(),
  command: z.string(),
  ended: z.object({ kind: z.literal("exited"), code: z.int() }),
  results: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("named"),
      runner: z.string(),
      failures: z.array(z.object({ name: z.string(), message: z.string() })),
      passed: count,
      failed: count,
      skipped: count,
    }),
    z.object({ kind: z.literal("counted"), runner: z.string(), passed: count, failed: count }),
    z.object({ kind: z.literal("problems"), runner: z.string(), failed: count }),
    z.object({ kind: z.literal("opaque") }),
  ]),
  outputTail: z.string(),
  durationMs: z.number(),
});

const schema = z.array(z.array(run));

/** Returns the rounds; none where the text is not what was written. */
export function parseRounds(text: string): readonly (readonly CheckRun[])[] {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : [];
  } catch {
    return []; // damaged: they are run again
  }
}
