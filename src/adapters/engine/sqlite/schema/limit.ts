import * as z from "zod";
import { projectName } from "../../../../core/ids.ts";
import type { Limit } from "../../../../core/limit.ts";
import { count, instant, token } from "./primitives.ts";

const shut = {
  cause: z.enum(["usage", "outage", "reserve"]),
  why: z.string(),
  since: instant,
  until: instant,
  waits: count,
};

const probe = z.strictObject({ project: z.string().transform(projectName), token });

export const limit: z.ZodType<Limit> = z.strictObject({
  mode: z.discriminatedUnion("at", [
    z.strictObject({ at: z.literal("clear") }),
    z.strictObject({ at: z.literal("waiting"), ...shut, metBy: z.string().nullable() }),
    z.strictObject({ at: z.literal("probing"), ...shut, probe }),
  ]),
  openUntil: instant.nullable(),
});
