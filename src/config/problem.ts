/** One thing wrong in a portfolio file, where it stands and what to do about it. */
export interface ConfigProblem {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** Such as `projects[0].max_workers`; empty for the file as a whole. */
  readonly path: string;
  readonly what: string;
  /** What the person can do; empty where `what` says it. */
  readonly hint: string;
}

/** Writes a problem as `file:line:column path: what (what to do)`. */
export function renderProblem(problem: ConfigProblem): string {
  const { file, line, column, path, what, hint } = problem;
  const where = path === "" ? "" : ` ${path}`;
  return `${file}:${line}:${column}${where}: ${what}${hint === "" ? "" : ` (${hint})`}`;
}
