/** Reads the judge's reading of a change. */
import * as z from "zod";
import type { Reading } from "../../core/records.ts";
import { answerSchema, upTo, withoutNulls } from "../parse-schema.ts";

const finding = z.object({
  file: upTo(500),
  line: z.number().nullish(),
  what: upTo(2_000).describe("What breaks, for which input, and how to see it"),
});

const answer = z.object({
  decision: z.enum(["pass", "fail"]),
  reasoning: upTo(8_000).describe("What was read and run, and why"),
  findings: z
    .array(finding)
    .optional()
    .describe("Gravest first, one at least for a fail: all that the next worker will know"),
});

/** Findings kept of one reading. */
const findingsMax = 50;

/** The JSON schema that a reading follows. */
export const readingSchema: Readonly<Record<string, unknown>> = answerSchema(answer);

/** Reads a judge's answer; null where there is none that can be read. */
export function parseReading(json: unknown): Reading | null {
  const parsed = answer.safeParse(withoutNulls(json));
  if (!parsed.success || parsed.data.reasoning === "") return null;
  const { decision, reasoning, findings = [] } = parsed.data;
  const kept = findings.slice(0, findingsMax);
  return {
    decision,
    reasoning,
    findings: kept.map(({ file, line, what }) => ({ file, line: lineOf(line), what })),
  };
}

/** Lines are counted from 1; anything else names none. */
const lineOf = (line: number | null | undefined): number | null =>
  typeof line === "number" && Number.isInteger(line) && line >= 1 ? line : null;
