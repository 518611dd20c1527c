/** The program as a process of its own, from its sources. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Said } from "./cli.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const loader = import.meta.resolve("tsx");

export interface Orch {
  readonly process: ChildProcess;
  /** What it has said on its error stream so far. */
  err(): string;
  /** Waits until it has said something; throws where it ends before. */
  says(what: string): Promise<void>;
  readonly ended: Promise<Said>;
}

/**
 * Starts it in a folder, with what a person types; nothing of this process's environment but PATH
 * reaches it.
 */
export function startOrch(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  typed = "",
): Orch {
  const child = spawn(process.execPath, ["--import", loader, main, ...argv], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined).end(typed); // who has ended reads nothing
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  const hears = new Set<() => void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    for (const hear of hears) hear();
  });
  const ended = once(child, "close").then(([code, signal]): Said => {
    const number: unknown = code ?? signal;
    return { code: typeof number === "number" ? number : -1, out, err };
  });
  const says = async (what: string): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      const hear = () => err.includes(what) && resolve();
      hears.add(hear);
      hear();
    });
    const over = ended.then((said) => {
      if (!said.err.includes(what)) throw new Error(`ended with ${said.code}: ${said.err}`);
    });
    await Promise.race([heard, over]);
  };
  return { process: child, err: () => err, says, ended };
}
