/** The reference of all fields, printed from the schema so that it cannot lag behind. */
import * as z from "zod";
import { noteOf, unitOf } from "./field-note.ts";
import { portfolioSchema, projectSchema } from "./schema.ts";

/** Renders the fields of the portfolio and of a project as two Markdown tables. */
export function renderFieldTables(): string {
  return [
    "### The portfolio",
    "",
    table(portfolioSchema, []),
    "",
    "### A project (an entry of `projects`)",
    "",
    table(projectSchema, ["projects", 0]),
    "",
  ].join("\n");
}

type Json = z.core.JSONSchema.BaseSchema;

function table(schema: z.ZodType, path: readonly (string | number)[]): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  const rows = Object.entries(properties).flatMap(([name, field]) => {
    if (typeof field === "boolean") return [];
    const { unit } = noteOf([...path, name]);
    const cells = [`\`${name}\``, typeWords(field, unit), defaultWords(field, name)];
    return [`| ${[...cells, field.description ?? ""].join(" | ")} |`];
  });
  return ["| Field | Value | Default | Meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function typeWords(field: Json, unit: string | null): string {
  if (field.anyOf !== undefined)
    return field.anyOf
      .map((each) => (each.type === "null" ? "`null`" : typeWords(each, unit)))
      .join(" or ");
  if (field.enum !== undefined) return field.enum.map((each) => `\`${String(each)}\``).join(", ");
  if (field.type === "array")
    return typeof field.items === "object" && "type" in field.items && field.items.type === "string"
      ? "list of texts"
      : "list";
  if (field.type !== "integer" && field.type !== "number")
    return field.type === "string" ? "text" : String(field.type);
  const range = `${field.minimum} to ${field.maximum}`;
  return unit === null ? range : `${range} ${unitOf(field.maximum ?? 0, unit)}`;
}

function defaultWords(field: Json, name: string): string {
  if (field.default !== undefined) return `\`${JSON.stringify(field.default)}\``;
  return name === "$schema" ? "" : "must be given";
}
