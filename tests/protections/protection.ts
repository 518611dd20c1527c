/** A guard of the real parts, what takes it away, and the test that must notice. */
export interface Protection {
  /** The promise by its number in docs/failure-model.md. */
  readonly promise: string;
  readonly name: string;
  /** Path from the project's folder; the text stands in it exactly once. */
  readonly file: string;
  readonly text: string;
  readonly by: string;
  /** The test's file and the start of its title, without the names of its groups. */
  readonly test: string;
  readonly title: string;
}
