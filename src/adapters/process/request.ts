/** What is asked of a run, and what comes of it. */

export interface ProcessRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs: number;
  /** Most bytes kept of stdout and of stderr; the process goes on where it writes more. */
  readonly bytesMax: number;
  /** Time between SIGTERM and SIGKILL after a timeout or an abort; 2 seconds unless told. */
  readonly graceMs?: number;
  /** Called once it runs, with its process id; must not throw. */
  readonly onStart?: (pid: number) => void;
  /** Called with every chunk, also beyond `bytesMax`; must not throw. */
  readonly onOutput?: (chunk: Uint8Array, from: "stdout" | "stderr") => void;
}

export interface ProcessResult {
  readonly ended:
    | { readonly kind: "exited"; readonly code: number }
    | { readonly kind: "killed"; readonly signal: string }
    | { readonly kind: "timedOut" }
    | { readonly kind: "aborted" }
    | { readonly kind: "unstartable"; readonly detail: string };
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly truncated: boolean;
}

/** A run that is heard of at its end only. */
export type ShortRequest = Omit<ProcessRequest, "onStart" | "onOutput">;
