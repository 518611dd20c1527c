/** Reads the judge's reading of a change. */
import { z } from "zod";
import type { Reading } from "../../core/records.ts";
import { answerSchema } from "../parse-schema.ts";

const answer = z.object({
  decision: z.enum(["pass", "fail"]),
  reasoning: z.string().trim().min(1).max(8_000).describe("Why, with what you looked at"),
  findings: z
    .array(
      z.object({
        file: z.string().min(1).max(500),
        line: z.int().min(1).nullable().default(null),
        what: z.string().trim().min(1).max(2_000).describe("What breaks, and how to see it"),
      }),
    )
    .max(50)
    .default([]),
});

/** The JSON schema that a reading follows. */
export const readingSchema: Readonly<Record<string, unknown>> = answerSchema(answer);

/** Reads a judge's answer; null where there is none that can be read. */
export function parseReading(json: unknown): Reading | null {
  const parsed = answer.safeParse(json);
  return parsed.success ? parsed.data : null;
}
