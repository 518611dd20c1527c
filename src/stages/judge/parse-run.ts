/** Reads a check's run as it was remembered. */
import { z } from "zod";
import type { CheckRun } from "../../core/checks.ts";

const count = z.int().min(0);
const schema = z.object({
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

/** Returns the run; null where the text is not one. */
export function parseRun(text: string): CheckRun | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // damaged: it is run again
  }
}
