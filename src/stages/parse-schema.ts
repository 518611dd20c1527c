/** The JSON schema that an agent's answer must follow. */
import { z } from "zod";

/** Returns a schema as agents take it: without the dialect's name, which their validators do not know. */
export function answerSchema(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
