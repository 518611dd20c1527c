/**
 * Commands of a project, run so that nothing of them outlives us.
 *
 * Contract (tests/contract/shell.ts): `run` never throws for what a command may do; it answers when
 * the command has exited and its pipes have been drained for a bounded time (a grandchild that
 * holds stdout cannot hang it); by then its whole process tree is dead; output is bounded in
 * memory.
 */
import type { CommandEnd } from "../core/checks.ts";
import type { Reach } from "../core/reach.ts";

export interface CommandRequest {
  /** Given to `sh -c`. */
  readonly command: string;
  readonly cwd: string;
  /** Added to the clean environment (PATH, private HOME and TMPDIR, toolchains' homes). */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Folders that it may change, beside `cwd`; more than these only where nothing confines. */
  readonly writable?: readonly string[];
  /** Files and folders that it may read beside those, and beside what is the system's. */
  readonly readable?: readonly string[];
  /** What it may reach beyond a loopback of its own; nothing where it is left out. */
  readonly network?: Reach;
}

export interface CommandResult {
  readonly ended: CommandEnd;
  /** stdout and stderr, interleaved, without secrets; head and tail where it was cut. */
  readonly output: string;
  /** Bytes that were left out of `output`. */
  readonly omittedBytes: number;
  readonly durationMs: number;
}

export interface Shell {
  run(request: CommandRequest, signal: AbortSignal): Promise<CommandResult>;
  /** How processes are held, in words for the person: `bubblewrap`, `unshare`, `process group`. */
  readonly containment: string;
}
