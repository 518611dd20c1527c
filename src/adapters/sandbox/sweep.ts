/** Finds processes by the mark in their environment, for systems without PID namespaces. */
import { readdir, readFile } from "node:fs/promises";
import { runProcess } from "../process.ts";

/** The environment variable that names the session of a process. */
export const markVariable = "ORCH_SESSION";

/** Something that starts itself anew each time it is killed must not keep us for ever. */
const roundsMax = 50;

/** Kills every process whose mark begins with `mark`; answers how many there were. */
export async function sweepMarked(mark: string, signal: AbortSignal): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < roundsMax && !signal.aborted; round += 1) {
    const found = await marked(`${markVariable}=${mark}`, signal);
    if (found.length === 0) break;
    for (const pid of found) {
      killed.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has ended meanwhile
      }
    }
  }
  return killed.size;
}

/** Lists the processes whose mark begins with `mark`. */
export const findMarked = (mark: string, signal: AbortSignal): Promise<readonly number[]> =>
  marked(`${markVariable}=${mark}`, signal);

async function marked(mark: string, signal: AbortSignal): Promise<readonly number[]> {
  const pids = process.platform === "linux" ? await inProc(mark) : await inList(mark, signal);
  return pids.filter((pid) => pid !== process.pid);
}

async function inProc(mark: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    // Another person's processes cannot be read; the dead have an empty environment.
    const env = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
    if (env.startsWith(mark) || env.includes(`\0${mark}`)) found.push(Number(entry));
  }
  return found;
}

async function inList(mark: string, signal: AbortSignal): Promise<readonly number[]> {
  const { stdout } = await runProcess(
    {
      argv: ["ps", "-axEwwo", "pid=,command="],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
      timeoutMs: 10_000,
      bytesMax: 64 * 2 ** 20,
    },
    signal,
  );
  const lines = Buffer.from(stdout).toString().split("\n");
  return lines.filter((line) => line.includes(` ${mark}`)).map((line) => Number.parseInt(line, 10));
}
