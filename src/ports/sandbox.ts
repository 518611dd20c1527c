/**
 * Holds a process and all that it starts, so that nothing of it outlives us, and, where it
 * `confines`, so that it reaches nothing but what it was given.
 *
 * Contract (tests/contract/sandbox.test.ts): what `wrap` answers behaves as the program itself
 * would
 * (exit code, stdin, stdout, cwd, environment). When it has ended, or its starter has died, nothing
 * that it started is alive, however it was detached; `promise` says where less than that holds.
 * Paths are the same inside as outside.
 */
export interface Confined {
  /** Program and arguments, never a shell string. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Folders that it may change; they must be there. */
  readonly writable: readonly string[];
  /** Files and folders that it may read beyond the system's; those that are not there are not. */
  readonly readable: readonly string[];
  /** Files and folders below those that it finds empty. */
  readonly hidden?: readonly string[];
  /** What it may reach; nothing but a loopback of its own where it is left out. */
  readonly network?: Network;
  /** Most bytes that one file may be given; whoever writes on dies of SIGXFSZ. */
  readonly fileBytesMax?: number;
  /** Names the run, so that `sweep` finds what got away. */
  readonly session?: string;
}

/**
 * All that the machine reaches, or ways out through sockets, beside a loopback of its own. Under
 * Seatbelt there is no such loopback: only the ports of the ways out can be had (`portFor`).
 */
export type Network = "all" | { readonly openings: readonly Opening[] };

/** Inside, TCP connections to `127.0.0.1:port` arrive at a Unix socket of ours. */
export interface Opening {
  readonly socket: string;
  readonly port: number;
}

export interface Sandbox {
  /** The argv that runs `confined.argv` held; to be spawned with its own process group. */
  wrap(confined: Confined): readonly [string, ...string[]];
  /**
   * The port for an opening: `usual` where the loopback inside is its own; where it is the
   * machine's, a free one, another each time. Whoever gets there first has it: a program whose
   * openings cannot be had does not run (exit code 125).
   */
  portFor(usual: number): Promise<number>;
  /**
   * Kills what got away from a session and answers how many processes that were. `null`: from all
   * sessions of this data folder, for the start, when nobody else works in it.
   */
  sweep(session: string | null, signal: AbortSignal): Promise<number>;
  readonly kind: "bubblewrap" | "unshare" | "seatbelt" | "container" | "group";
  /**
   * Whether files and network are confined, too. Where not, all of `Confined` but `argv`, `session`
   * and `fileBytesMax` is without effect.
   */
  readonly confines: boolean;
  /** What it confines and what not, in one sentence for the person. */
  readonly promise: string;
}
