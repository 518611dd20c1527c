/** The streams, signals and surroundings of one invocation, so that tests can hand in their own. */

export interface Out {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** `SIGHUP`: the terminal, or the connection to it, was closed. */
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface Io {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdinIsTTY: boolean;
  readonly out: Out;
  readonly err: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Hears signals until the returned function is called; without hearers they end the process. */
  readonly onSignal: (hear: (signal: Signal) => void) => () => void;
  /**
   * Goes on once a reader, such as `head`, has gone; whoever does not ask for that is ended, as
   * there is nobody to work for.
   */
  readonly outliveReader: () => void;
  /** Ends the process at once. */
  readonly quit: (code: number) => void;
}

/** Whether a stream may be given colours and movement. */
export function isLively({ isTTY }: Pick<Out, "isTTY">, env: Io["env"]): boolean {
  const set = (name: string): boolean => (env[name] ?? "") !== "";
  return isTTY && !set("NO_COLOR") && env["TERM"] !== "dumb" && !set("CI");
}

/** Reads all of standard input, up to `max` characters; null where there is more. */
export async function readAll(stdin: Io["stdin"], max: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stdin) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > max) return null;
  }
  return text + decoder.decode();
}
