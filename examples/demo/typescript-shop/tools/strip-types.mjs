import { readFile } from "node:fs/promises";
import { stripTypes } from "../vendor/strip-types.mjs";

/** Loads a .ts file as a module without its types. */
export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const source = stripTypes(await readFile(new URL(url), "utf8"));
  return { format: "module", source, shortCircuit: true };
}
