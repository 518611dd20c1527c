/** Strict templates: `{{name}}` must be given, and whatever is given must be used. */

const slot = /\{\{([a-z_]+)\}\}/g;

/** Fills a template; throws with the names that are missing or left over. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const wanted = new Set([...template.matchAll(slot)].map((match) => match[1] ?? ""));
  const missing = [...wanted].filter((name) => !Object.hasOwn(values, name));
  const unused = Object.keys(values).filter((name) => !wanted.has(name));
  if (missing.length > 0)
    throw new Error(`the template asks for ${list(missing)}, which has no value`);
  if (unused.length > 0) throw new Error(`the template lacks {{${unused.join("}}, {{")}}}`);
  return template.replace(slot, (_, name: string) => values[name] ?? "");
}

const list = (names: readonly string[]): string => names.map((each) => `{{${each}}}`).join(", ");
