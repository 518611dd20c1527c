/** What fields say of themselves, for errors and for the reference. */
import type { z } from "zod";
import { portfolioSchema, projectSchema } from "./schema.ts";

/** What a field says of itself beyond its type. */
export interface FieldNote {
  readonly unit: string | null;
  readonly hint: string | null;
}

/** The field that a path such as `["projects", 0, "env", 1]` is in, and what is known of it. */
export function noteOf(path: readonly PropertyKey[]): FieldNote {
  const [first, , third] = path;
  const shape: Readonly<Record<string, z.ZodType>> =
    first === "projects" && third !== undefined ? projectSchema.shape : portfolioSchema.shape;
  const field = shape[String(first === "projects" && third !== undefined ? third : first)];
  const meta = field?.meta();
  return {
    unit: typeof meta?.["unit"] === "string" ? meta["unit"] : null,
    hint: typeof meta?.["hint"] === "string" ? meta["hint"] : null,
  };
}

/** A unit as it is written after a number. */
export function unitOf(count: number | bigint, unit: string): string {
  if (Number(count) === 1 || unit === "MiB") return unit;
  return unit.endsWith("s") ? `${unit}es` : `${unit}s`;
}
