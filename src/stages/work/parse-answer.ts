/** Reads what a worker, or the refinery, answers. */
import * as z from "zod";
import { answerSchema, upTo, withoutNulls } from "../parse-schema.ts";

const outcomes = ["submitted", "blocked", "declined", "reported"] as const;

const text = {
  summary: upTo(8_000).describe("What was done and how it was checked"),
  question: upTo(4_000).optional().describe("If blocked: one question, and the choices"),
  why: upTo(4_000).optional().describe("If declined: the evidence"),
  report: upTo(60_000).optional().describe("If reported: Markdown"),
};

const answer = z.object({ outcome: z.enum(outcomes), ...text });

const { summary, question, why, report } = text;
const change = z.object({
  outcome: z
    .enum(["submitted", "blocked", "declined"])
    .describe(
      "submitted: all criteria met; blocked: only a person can decide; declined: nothing " +
        "needs to change",
    ),
  ...{ summary, question, why },
});
const review = z.object({
  outcome: z
    .enum(["reported", "blocked", "declined"])
    .describe("blocked: only a person can say what is meant; declined: it has no object here"),
  ...{ summary, question, why, report },
});

/** The JSON schema that the answer of a worker follows who changes files, and the refinery's. */
export const changeSchema: Readonly<Record<string, unknown>> = answerSchema(change);

/** The JSON schema that the answer of a worker follows whose report is the deliverable. */
export const reviewSchema: Readonly<Record<string, unknown>> = answerSchema(review);

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
