/** Reads what a worker, or the refinery, answers. */
import { z } from "zod";
import { answerSchema, upTo, withoutNulls } from "../parse-schema.ts";

const answer = z.object({
  outcome: z
    .enum(["submitted", "blocked", "declined", "reported"])
    .describe("submitted: the files hold the change; declined: nothing needs to change"),
  summary: upTo(8_000).describe("What you did and how you checked it"),
  question: upTo(4_000).optional().describe("For blocked: what a person must answer"),
  why: upTo(4_000).optional().describe("For declined"),
  report: upTo(60_000).optional().describe("For reported: Markdown"),
});

/** The JSON schema that a worker's answer follows. */
export const workerSchema: Readonly<Record<string, unknown>> = answerSchema(answer);

export type WorkerAnswer =
  | { readonly kind: "submitted"; readonly summary: string }
  | { readonly kind: "blocked"; readonly summary: string; readonly question: string }
  | { readonly kind: "declined"; readonly summary: string; readonly why: string }
  | { readonly kind: "reported"; readonly summary: string; readonly report: string };

/** Reads a worker's answer; null where there is none that can be read. */
export function parseAnswer(json: unknown): WorkerAnswer | null {
  const parsed = answer.safeParse(withoutNulls(json));
  if (!parsed.success) return null;
  const { outcome, summary, question, why, report } = parsed.data;
  switch (outcome) {
    case "submitted":
      return { kind: "submitted", summary };
    case "blocked":
      return { kind: "blocked", summary, question: question ?? summary };
    case "declined":
      return { kind: "declined", summary, why: why ?? summary };
    case "reported":
      return { kind: "reported", summary, report: report ?? summary };
    default:
      return outcome satisfies never;
  }
}
