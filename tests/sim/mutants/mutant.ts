/** One line of our own protections, sabotaged. */
export interface Mutant {
  readonly name: string;
  /** Path from the project's folder; the text stands in it exactly once. */
  readonly file: string;
  readonly text: string;
  readonly by: string;
  /** What it breaks, by its number. */
  readonly promise: string;
  /** A seed that showed it once: tried first. */
  readonly seed: number;
}
