/**
 * Short-lived folders of one git operation; those of a killed process are removed by the next one.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Purpose = "merge" | "land";

/** Makes an empty folder that is this process's own. */
export const openScratch = (purpose: Purpose): Promise<string> =>
  mkdtemp(join(tmpdir(), `orch-${purpose}-${process.pid}-`));

/** Removes what dead processes left. */
export async function sweepScratch(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, pid] = /^orch-(?:merge|land)-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // another user's cannot be removed, and is theirs to sweep
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Tells whether a process has this number; it may be another than the one that had it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
