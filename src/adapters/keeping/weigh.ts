/** Weighing folders, and telling when anything in them was last written. */
import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../process.ts";

export interface Weight {
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** A session's folder has far fewer; a larger one is only ever looked at so far. */
const entriesMax = 20_000;

/** Weighs a folder and all that is in it. */
export async function weigh(folder: string): Promise<Weight> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  let writtenAt = (await look(folder))?.mtimeMs ?? 0;
  for (const name of names.slice(0, entriesMax)) {
    const seen = await look(join(folder, name));
    if (seen === null) continue;
    bytes += seen.size;
    writtenAt = Math.max(writtenAt, seen.mtimeMs);
  }
  return { bytes, writtenAt };
}

const look = (path: string): Promise<Stats | null> => lstat(path).catch(() => null);

const weighTimeoutMs = 120_000;

/** What a folder takes on the disk, in bytes; `null` where that cannot be told in time. */
export async function diskUse(folder: string, signal: AbortSignal): Promise<number | null> {
  const { ended, stdout } = await runProcess(
    {
      argv: ["du", "-sk", folder],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
      timeoutMs: weighTimeoutMs,
      bytesMax: 65_536,
    },
    signal,
  );
  const kib = Number.parseInt(Buffer.from(stdout).toString(), 10);
  // files that went while they were counted make it end with 1, and the sum is there all the same
  return ended.kind === "exited" && Number.isFinite(kib) ? kib * 1_024 : null;
}
