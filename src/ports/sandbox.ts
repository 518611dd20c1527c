/**
 * Holds a process and all that it starts, so that nothing of it outlives us.
 *
 * Contract (tests/contract/sandbox.test.ts): what `wrap` answers behaves as the program itself
 * would
 * (exit code, stdin, stdout, cwd, environment). When it has ended, or its starter has died, nothing
 * that it started is alive, however it was detached; `promise` says where less than that holds.
 */
export interface Confined {
  /** Program and arguments, never a shell string. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Folders that it may change. */
  readonly writable: readonly string[];
  /** Folders that it may read beyond the system's. */
  readonly readable: readonly string[];
  /** Names the run, so that `sweep` finds what got away. */
  readonly session?: string;
}

export interface Sandbox {
  /** The argv that runs `confined.argv` held; to be spawned with its own process group. */
  wrap(confined: Confined): readonly [string, ...string[]];
  /**
   * Kills what got away from a session and answers how many processes that were. `null`: from all
   * sessions of this data folder, for the start, when nobody else works in it.
   */
  sweep(session: string | null, signal: AbortSignal): Promise<number>;
  readonly kind: "bubblewrap" | "unshare" | "group";
  /** What it confines and what not, in one sentence for the person. */
  readonly promise: string;
}
