/** What the processes that are measured are told, and what they tell. */
import { readFile, writeFile } from "node:fs/promises";
import type { SessionRequest } from "../../src/ports/agent.ts";

/** Given to a measured process as its only argument, in JSON. */
export interface Errand {
  /** Of its own, empty but for the sample project in `app`. */
  readonly folder: string;
  readonly workers: number;
  readonly apiBase: string;
  /** Where the sessions of the cycle are written down for the yardstick. */
  readonly sessions: string;
  /** Only loads the program, so that the caches are warm. */
  readonly loadOnly: boolean;
}

/** One session, as the cycle asked for it. */
export type Session = Omit<SessionRequest, "onEvent">;

/** Milliseconds from the begin of the cycle. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Told {
  readonly wallMs: number;
  /** CPU time of the process itself after it had been loaded, in milliseconds. */
  readonly ownCpuMs: number;
  /** CPU time of the process itself until it began, in milliseconds: loading its modules. */
  readonly loadCpuMs: number;
  readonly loadMs: number;
  readonly landed: number;
  readonly stages: Readonly<Record<string, Span>>;
}

/** Reads the errand of this process. */
export function errand(): Errand {
  return JSON.parse(process.argv[2] ?? "") as Errand; // written by our own parent
}

/** Ends this process with its answer. */
export function tell(told: Told | null): void {
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit());
}

/** What loading has cost so far. */
export function loaded(): Pick<Told, "loadCpuMs" | "loadMs"> {
  return { loadCpuMs: ownCpuMs(), loadMs: performance.now() };
}

/** CPU time of this process so far, in milliseconds. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Writes down the sessions of a cycle. */
export const keepSessions = (file: string, sessions: readonly Session[]): Promise<void> =>
  writeFile(file, JSON.stringify(sessions));

/** Reads the sessions of a cycle. */
export const readSessions = async (file: string): Promise<readonly Session[]> =>
  JSON.parse(await readFile(file, "utf8")) as readonly Session[]; // written by `keepSessions`
