/** What Ctrl+C, SIGTERM and a closed terminal mean while cycles run: first gently, then at once. */
import type { Signals } from "../engine/cycle.ts";
import { codeOfSignal, exitCodes } from "./exit-codes.ts";
import type { Io, Signal } from "./io.ts";

export interface Stopping extends Signals {
  /** The exit code that the first signal asks for; null where there was none. */
  readonly code: () => number | null;
  readonly close: () => void;
}

type Step = "drain" | "stop" | "quit";

const atOnce: readonly Step[] = ["stop", "quit"];
const gently: readonly Step[] = ["drain", "stop", "quit"];

/** What each further signal does: `run` is watched and ends at Ctrl+C, `start` lets jobs end. */
const ladders: Readonly<Record<"run" | "start", Readonly<Record<Signal, readonly Step[]>>>> = {
  run: { SIGINT: atOnce, SIGTERM: gently, SIGHUP: atOnce },
  start: { SIGINT: gently, SIGTERM: gently, SIGHUP: gently },
};

const words: Readonly<Record<Step, string>> = {
  drain: "stopping: nothing new is begun, the running jobs may end; once more ends them, too",
  stop: "stopping: sessions end and their work is released; once more quits at once",
  quit: "quitting",
};

/** Listens for signals. */
export function openStopping(
  io: Io,
  command: "run" | "start",
  say: (text: string) => void,
): Stopping {
  const drain = new AbortController();
  const stop = new AbortController();
  let first: Signal | null = null;
  let count = 0;
  const code = (): number | null => (first === null ? null : codeOfSignal[first]);
  // a cycle is worth more than its reader: what it comes to is on the disk
  io.outliveReader();
  const close = io.onSignal((signal) => {
    first ??= signal;
    const ladder = ladders[command][first];
    const step = ladder[Math.min(count, ladder.length - 1)] ?? "quit";
    count += 1;
    say(words[step]);
    if (step === "drain") drain.abort();
    if (step === "stop") stop.abort();
    if (step === "quit") io.quit(code() ?? exitCodes.failed);
  });
  return { drain: drain.signal, stop: stop.signal, code, close };
}
