import type { Io, Out, Signal } from "./io.ts";

/** The streams, signals and surroundings of this process. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdinIsTTY: process.stdin.isTTY === true,
    out: outOf(process.stdout),
    err: outOf(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    onSignal: (hear) => {
      const hears = (signal: NodeJS.Signals): void =>
        hear(signal === "SIGTERM" ? signal : "SIGINT");
      const signals: readonly Signal[] = ["SIGINT", "SIGTERM"];
      for (const signal of signals) process.on(signal, hears);
      return () => {
        for (const signal of signals) process.off(signal, hears);
      };
    },
    quit: (code) => process.exit(code),
  };
}

function outOf(stream: NodeJS.WriteStream): Out {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // the reader, such as `head`, has seen enough
    throw error;
  });
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
