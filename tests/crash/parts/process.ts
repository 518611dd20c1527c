/** `orch` as a process that may be told where to die. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Ground } from "./place.ts";
import type { Setup } from "./setup.ts";

const child = fileURLToPath(new URL("../child.ts", import.meta.url));
const loader = import.meta.resolve("tsx");

export interface Told extends Omit<Setup, "trace"> {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Orch {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** What it has said on its error stream so far. */
  err(): string;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();

/** Ends all that still run, and waits until they are gone. */
export async function endAll(): Promise<void> {
  const ends = [...running].map((each) => once(each, "exit"));
  for (const each of running) each.kill("SIGKILL");
  await Promise.all(ends);
}

/** Starts it; nothing of this process's environment but PATH reaches it. */
export function startOrch(
  place: Pick<Ground, "root" | "trace">,
  modelUrl: string,
  told: Told = {},
): Orch {
  const { argv = ["run"], env = {}, ...setup } = told;
  const json = JSON.stringify({ trace: place.trace, ...setup });
  const args = ["--import", loader, child, json, ...argv];
  const started = spawn(process.execPath, args, {
    cwd: place.root,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: join(place.root, "home"),
      TMPDIR: join(place.root, "tmp"),
      ANTHROPIC_BASE_URL: modelUrl,
      ANTHROPIC_API_KEY: "placeholder",
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(started);
  started.once("exit", () => running.delete(started));
  let err = "";
  started.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = once(started, "exit").then(([code, signal]) => ({
    code,
    signal,
    err,
    at: Date.now(),
  }));
  return {
    pid: started.pid ?? -1,
    kill: (signal) => void started.kill(signal),
    err: () => err,
    ended,
  };
}
