/** What a check's run said, as far as its runner can be read. */
export type TestResults =
  /** Every failing test by name; `passed` and `failed` count tests that ran. */
  | {
      readonly kind: "named";
      readonly runner: string;
      readonly failures: readonly TestFailure[];
      readonly passed: number;
      readonly failed: number;
      readonly skipped: number;
    }
  /** Only how many. */
  | {
      readonly kind: "counted";
      readonly runner: string;
      readonly passed: number;
      readonly failed: number;
    }
  | Lint
  /** Nothing but the exit code. */
  | { readonly kind: "opaque" };

/** How many problems a linter or a type checker found; one that finds none is opaque. */
export interface Lint {
  readonly kind: "problems";
  readonly runner: string;
  readonly failed: number;
}

/**
 * One failing test; `name` is unique in its run and stable across runs (no times, no line numbers).
 */
export interface TestFailure {
  readonly name: string;
  /** The first lines of its message, bounded. */
  readonly message: string;
}
