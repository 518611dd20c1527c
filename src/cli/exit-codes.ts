import type { Signal } from "./io.ts";

/** What the program's exit codes mean; printed by `orch help exit-codes`. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  tasksFailed: 3,
  keyMissing: 4,
  busy: 75,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const meanings: Readonly<Record<ExitCode, string>> = {
  0: "done",
  1: "failed: a cycle failed, a project is paused, or something went wrong",
  2: "usage or configuration: an unknown name, a wrong flag, a portfolio with mistakes",
  3: "ran to the end, but tasks failed",
  4: "no key and no login: agents cannot start",
  75: "busy: another process works with this data folder; try again later",
  129: "hung up: the terminal was closed (SIGHUP)",
  130: "interrupted (Ctrl+C)",
  143: "terminated (SIGTERM)",
};

/** What a signal makes of the exit code, as in a shell. */
export const codeOfSignal: Readonly<Record<Signal, ExitCode>> = {
  SIGHUP: exitCodes.hungUp,
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
};

/** Every code with its meaning, in ascending order. */
export const exitCodeMeanings: readonly (readonly [number, string])[] = Object.entries(meanings)
  .map(([code, meaning]) => [Number(code), meaning] as const)
  .sort(([a], [b]) => a - b);

/**
 * Something that the person must know: what, why, what to do; it ends the command with its code.
 */
export class Complaint extends Error {
  override readonly name = "Complaint";
  readonly code: ExitCode;
  readonly hint: string;

  constructor(code: ExitCode, what: string, hint = "") {
    super(what);
    this.code = code;
    this.hint = hint;
  }
}

/** A mistake in what was typed or configured. */
export const misuse = (what: string, hint = ""): Complaint =>
  new Complaint(exitCodes.usage, what, hint);

/** Something that could not be done. */
export const failure = (what: string, hint = ""): Complaint =>
  new Complaint(exitCodes.failed, what, hint);
