import * as z from "zod";
import { portfolioSchema } from "./schema.ts";

/** The JSON schema of a portfolio file, for editors (`"$schema"`) and `orch config schema`. */
export function portfolioJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(portfolioSchema, {
    io: "input",
    override: ({ jsonSchema }) => {
      // Ours, for error messages; editors would call them unknown keywords.
      delete jsonSchema["unit"];
      delete jsonSchema["hint"];
    },
  });
}
