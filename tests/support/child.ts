/** A process of a test's own that says lines of JSON. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface Child {
  readonly process: ChildProcess;
  /** The next line that it says; null where it ended before. */
  next(): Promise<unknown>;
  /** All that it says until its end. */
  rest(): Promise<readonly unknown[]>;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
}

const script = fileURLToPath(new URL("engine-child.ts", import.meta.url));

/** What starts the engine's child in a role. */
export const childArgv = (role: string, dataDir: string): readonly [string, ...string[]] => [
  process.execPath,
  ...["--expose-gc", "--import", "tsx", script, role, dataDir],
];

/** Starts the engine's child in a role. */
export function startChild(role: string, dataDir: string): Child {
  const [file, ...args] = childArgv(role, dataDir);
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await lines.next();
    return line.done === true ? null : JSON.parse(line.value);
  };
  return {
    process: child,
    next,
    async rest() {
      const said: unknown[] = [];
      for (let line = await next(); line !== null; line = await next()) said.push(line);
      const [code] = await ended;
      if (typeof code === "number" && code !== 0) throw new Error(`the child ended with ${code}`);
      return said;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
