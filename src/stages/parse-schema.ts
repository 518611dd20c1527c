/** What an agent's answer must look like, and reading it leniently where nothing is lost by it. */
import * as z from "zod";

/** Keywords that cost tokens in every request; what they say is seen to when the answer is read. */
const seenToHere = new Set(["$schema", "default", "maxLength", "minLength", "maxItems"]);

/** Returns the JSON schema that agents are given: kinds, names and what they mean. */
export function answerSchema(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const lean = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      // the keys are JSON's own
      for (const key of seenToHere) delete jsonSchema[key as keyof typeof jsonSchema];
    },
  });
  const { $schema: _dialect, ...rest } = lean;
  return rest;
}

/** A text that is cut where it is too long: an answer is not lost for its length. */
export const upTo = (charactersMax: number) =>
  z.string().transform((text) => text.trim().slice(0, charactersMax));

/** An object's fields that are null count as left out. */
export function withoutNulls(json: unknown): unknown {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}
