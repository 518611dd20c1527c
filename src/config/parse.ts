/** From the text of a portfolio file to the portfolio, or to everything that is wrong with it. */
import type { Portfolio } from "../core/portfolio.ts";
import { containerWithoutCommand, sharedBetweenProjects } from "./cross.ts";
import { findingsOf } from "./findings.ts";
import { toPortfolio } from "./portfolio.ts";
import type { ConfigProblem } from "./problem.ts";
import { portfolioSchema } from "./schema.ts";
import { type Setting, settingsOf } from "./settings.ts";
import { type Finding, pathText, placeOf, readTree } from "./tree.ts";

export type Parsed =
  | {
      readonly kind: "valid";
      readonly portfolio: Portfolio;
      /** Every value in use and where it comes from, in the order of the schema. */
      readonly settings: readonly Setting[];
    }
  | { readonly kind: "invalid"; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** The file's absolute path, and the home folder that `~/` stands for. */
export interface Surroundings {
  readonly file: string;
  readonly home: string;
}

/** Reads a portfolio's text; all problems are told at once, in the order of the file. */
export function parsePortfolio(source: string, { file, home }: Surroundings): Parsed {
  const text = source.startsWith("\uFEFF") ? ` ${source.slice(1)}` : source;
  const read = readTree(text);
  if (read.kind === "broken") return invalid(read.findings, text, file);
  const { tree } = read;
  const result = portfolioSchema.safeParse(tree.value);
  const findings = [
    ...(result.success ? [] : findingsOf(result.error.issues, tree)),
    ...containerWithoutCommand(tree),
    ...sharedBetweenProjects(tree, file, home),
  ];
  if (!result.success || findings.length > 0) return invalid(findings, text, file);
  return {
    kind: "valid",
    portfolio: toPortfolio(result.data, file, home),
    settings: settingsOf(result.data, tree, text),
  };
}

function invalid(findings: readonly Finding[], text: string, file: string): Parsed {
  const [first, ...rest] = [...findings]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, path, what, hint }) => ({
      file,
      ...placeOf(text, offset),
      path: pathText(path),
      what,
      hint,
    }));
  if (first === undefined) throw new Error("an invalid portfolio has at least one problem");
  return { kind: "invalid", problems: [first, ...rest] };
}
