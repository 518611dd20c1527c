/** Tells a process from a later one with the same number. */
import { readFile } from "node:fs/promises";
import { runProcess } from "../process.ts";
import { parseStat } from "./group.ts";

/** A process for as long as the machine is up; a number alone may be given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, as the system words it; only good for comparison. */
  readonly startTime: string;
  readonly bootId: string;
}

/**
 * Identifies a running process; `null` where there is none or it is dead and merely not yet reaped.
 */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const startTime = await startTimeOf(pid);
  return startTime === null ? null : { pid, startTime, bootId: await bootId() };
}

/** Tells whether the very process that was identified is still running. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now?.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** Names this run of the machine; another after each boot. */
export async function bootId(): Promise<string> {
  if (process.platform === "linux") {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  }
  return (await answerOf(["sysctl", "-n", "kern.bootsessionuuid"])) ?? "unknown";
}

async function startTimeOf(pid: number): Promise<string | null> {
  if (process.platform === "linux") {
    const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""); // there is none
    const stat = parseStat(line);
    return stat === null || stat.dead ? null : stat.startTime;
  }
  const line = await answerOf(["ps", "-o", "state=,lstart=", "-p", String(pid)]);
  return line === null || line.startsWith("Z") ? null : line.replace(/^\S+\s+/, "");
}

async function answerOf(argv: readonly [string, ...string[]]): Promise<string | null> {
  const { ended, stdout } = await runProcess(
    { argv, cwd: "/", env: answerEnv, timeoutMs: 5_000, bytesMax: 4_096 },
    new AbortController().signal,
  );
  const text = Buffer.from(stdout).toString().trim();
  return ended.kind === "exited" && ended.code === 0 && text !== "" ? text : null;
}

/** Dates must read the same whoever asks. */
const answerEnv = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" };
