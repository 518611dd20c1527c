/** Names for what is written beside its place first; those of a killed process are removed. */
import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "./scratch.ts";

/** A name beside `path`, for this process alone. */
export const nameBeside = (path: string): string => `${path}.${process.pid}.${randomUUID()}`;

/** Removes from a folder what dead processes left under such names. */
export async function sweepBeside(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid] = /\.(\d+)\.[0-9a-f-]{36}(?:\.hub\.git)?$/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
