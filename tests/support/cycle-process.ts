import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CycleRig } from "./cycle-rig.ts";

const script = fileURLToPath(new URL("cycle-child.ts", import.meta.url));

export interface CycleProcess {
  readonly process: ChildProcess;
  /** Sends a signal and waits for the end; answers how long that took, in milliseconds. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number>;
  /** Waits for the end and answers the exit code. */
  ended(): Promise<number | null>;
}

/** Runs a rig's cycles in a process of its own; the rig's house must be closed. */
export function startCycle(rig: CycleRig): CycleProcess {
  const child = spawn(process.execPath, ["--import", "tsx", script, rig.portfolioFile], {
    env: { ...rig.env, TMPDIR: process.env["TMPDIR"], HOME: process.env["HOME"] },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const exit = once(child, "exit");
  return {
    process: child,
    end: async (signal) => {
      const begun = performance.now();
      child.kill(signal);
      await exit;
      return performance.now() - begun;
    },
    ended: async () => {
      await exit;
      return child.exitCode;
    },
  };
}
