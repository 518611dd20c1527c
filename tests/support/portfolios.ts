/** Portfolios as texts: read, and their mistakes as a person is told them. */
import { type Parsed, parsePortfolio } from "../../src/config/parse.ts";
import { renderProblem } from "../../src/config/problem.ts";

/** Reads a portfolio that stands in `/p/orch.jsonc`, where home is `/h`. */
export const parse = (text: string): Parsed =>
  parsePortfolio(text, { file: "/p/orch.jsonc", home: "/h" });

/** All that is wrong in a text. */
export function problems(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.kind === "invalid" ? parsed.problems.map(renderProblem) : [];
}

/** The problems of a portfolio whose only project has these fields besides name and path. */
export const complaints = (fields: Record<string, unknown>): readonly string[] =>
  problems(JSON.stringify({ projects: [{ name: "app", path: "/app", ...fields }] }));
