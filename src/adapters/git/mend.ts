/**
 * A damaged hub is rebuilt from the person's repository; nothing in it is the only copy for long.
 */
import { createHash, randomUUID } from "node:crypto";
import { access, link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { GitFailure, git } from "./git.ts";
import { type Hub, recreateHub } from "./hub.ts";
import { withLock } from "./lock.ts";
import { moveRefs, readRefs } from "./refs.ts";

const signs =
  /unable to (read|find|open|parse)|missing|bad (object|tree|signature)|corrupt|inflate|not a git repo|loose object|could not (read|parse)|invalid (object|sha1)|mismatch|is empty|packfile|garbage/i;
/** Reading every object of a large history takes a while; it only happens on suspicion. */
const fsckTimeoutMs = 1_800_000;

/**
 * Runs `work`; where it fails on a hub that is found damaged, rebuilds the hub and runs it again.
 */
export async function mending<T>(
  hub: Hub,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    const suspect = error instanceof GitFailure && signs.test(error.stderr);
    const lost = !(await isThere(hub));
    if (!lost && !(suspect && (await isDamaged(hub, signal)))) throw error;
    await rebuildHub(hub, signal);
    return work();
  }
}

const isThere = (hub: Hub): Promise<boolean> =>
  access(join(hub.dir, "HEAD")).then(
    () => true,
    () => false,
  );

/** Reads every object of a hub; true where one is missing or broken. */
export async function isDamaged(hub: Hub, signal: AbortSignal): Promise<boolean> {
  const args = ["fsck", "--no-dangling", "--no-progress"];
  return (
    (await git({ gitDir: hub.dir, cwd: "/", args, timeoutMs: fsckTimeoutMs }, signal)).code !== 0
  );
}

/** Puts a new hub in the old one's place, with every object and attempt that can be saved. */
export async function rebuildHub(hub: Hub, signal: AbortSignal): Promise<void> {
  await withLock(
    `${hub.dir}.lock`,
    async () => {
      const old = `${hub.dir.replace(/\.hub\.git$/, "")}.damaged-${randomUUID()}`;
      await rename(hub.dir, old).catch(() => undefined);
      await recreateHub(hub, signal);
      await adoptDamaged(old, hub, signal);
      await rm(old, { recursive: true, force: true });
    },
    signal,
  );
}

/** Takes over all that is whole in a damaged hub: objects, remembered branches, references. */
export async function adoptDamaged(old: string, hub: Hub, signal: AbortSignal): Promise<void> {
  const algorithm = hub.place.objectFormat === "sha256" ? "sha256" : "sha1";
  for (const fan of await readdir(join(old, "objects")).catch(() => [])) {
    if (!/^[0-9a-f]{2}$/.test(fan)) continue;
    await mkdir(join(hub.dir, "objects", fan), { recursive: true });
    for (const rest of await readdir(join(old, "objects", fan))) {
      const file = join(old, "objects", fan, rest);
      if (!(await isWhole(file, `${fan}${rest}`, algorithm))) continue;
      await link(file, join(hub.dir, "objects", fan, rest)).catch(() => undefined);
    }
  }
  await copyConfig(old, hub);
  const refs = await readRefs(old, ["refs/orch/"], signal).catch(() => new Map<string, string>());
  for (const [ref, commit] of refs) {
    // one at a time: what is damaged beyond saving must not take the others with it
    const args = ["rev-list", "--objects", "--quiet", commit];
    const whole = await git({ gitDir: hub.dir, args }, signal);
    if (whole.code === 0) await moveRefs(hub.dir, [`update ${ref} ${commit}`], signal);
  }
}

/** The remembered branches of projects are in the hub's configuration. */
async function copyConfig(old: string, hub: Hub): Promise<void> {
  await rename(join(old, "config"), join(hub.dir, "config")).catch(() => undefined);
}

async function isWhole(file: string, id: string, algorithm: string): Promise<boolean> {
  try {
    const content = inflateSync(await readFile(file));
    return createHash(algorithm).update(content).digest("hex") === id;
  } catch {
    return false; // unreadable or no object at all
  }
}
