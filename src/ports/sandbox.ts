/** Holds a process and all that it starts, so that nothing of it outlives us. */
export interface Confined {
  /** Program and arguments, never a shell string. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Folders that it may change. */
  readonly writable: readonly string[];
  /** Folders that it may read beyond the system's. */
  readonly readable: readonly string[];
}

export interface Sandbox {
  /** The argv that runs `confined.argv` held; to be spawned with its own process group. */
  wrap(confined: Confined): readonly [string, ...string[]];
  readonly kind: "bubblewrap" | "unshare" | "group";
  /** What it confines and what not, in one sentence for the person. */
  readonly promise: string;
}
