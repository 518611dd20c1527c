import { writeSync } from "node:fs";
import { exitCodes } from "./exit-codes.ts";
import type { Io, Out, Signal } from "./io.ts";

const signals: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
const isSignal = (name: string): name is Signal => signals.some((each) => each === name);

/** A process, with what may have kept it from saying something. */
export interface ProcessIo extends Io {
  /** The exit code, or 1 where the answer could not be written, which is said. */
  readonly close: (code: number) => Promise<number>;
}

/** The streams, signals and surroundings of this process. */
export function processIo(): ProcessIo {
  let outlives = false;
  let lost: NodeJS.ErrnoException | null = null;
  const onError = (stream: NodeJS.WriteStream, fault: NodeJS.ErrnoException): void => {
    // the reader, such as `head` or a terminal, has gone
    if (fault.code === "EPIPE" || fault.code === "EIO") {
      if (!outlives) process.exit(exitCodes.ok);
    } else if (stream === process.stdout) lost ??= fault;
  };
  return {
    stdin: process.stdin,
    stdinIsTTY: process.stdin.isTTY === true,
    out: outOf(process.stdout, onError),
    err: outOf(process.stderr, onError),
    env: process.env,
    cwd: process.cwd(),
    onSignal: (hear) => {
      const hears = (name: NodeJS.Signals): void => {
        if (isSignal(name)) hear(name);
      };
      for (const signal of signals) process.on(signal, hears);
      return () => {
        for (const signal of signals) process.off(signal, hears);
      };
    },
    outliveReader: () => {
      outlives = true;
    },
    quit: (code) => process.exit(code),
    close: async (code) => {
      // an error of a stream is told a little after the write
      await new Promise((written) => process.stdout.write("", written));
      await new Promise((later) => setImmediate(later));
      if (lost === null) return code;
      tell(`orch: the answer could not be written: ${lost.message}\n`);
      return code === exitCodes.ok ? exitCodes.failed : code;
    },
  };
}

/** Says something at the very end; nobody is left to hear why that fails. */
function tell(text: string): void {
  try {
    writeSync(process.stderr.fd, text);
  } catch {}
}

function outOf(
  stream: NodeJS.WriteStream,
  onError: (stream: NodeJS.WriteStream, fault: NodeJS.ErrnoException) => void,
): Out {
  stream.on("error", (fault: NodeJS.ErrnoException) => onError(stream, fault));
  return {
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns > 0 ? stream.columns : 80; // some terminals do not say
    },
    write: (text) => void stream.write(text),
  };
}
