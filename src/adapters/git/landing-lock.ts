/**
 * The one lock that our git takes in a work tree of the person's: the index's, while it
 * fast-forwards. What was begun there, by whom and when is written down before, so that after a
 * death it can be told from a lock of the person's own.
 */
import { lstat, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Found } from "../../ports/caretaker.ts";
import type { Checkout } from "./checkouts.ts";
import { gitAt } from "./living.ts";
import { type Identity, isAlive, ownIdentity, parseIdentity } from "./lock.ts";
import { branchRef } from "./refs.ts";
import type { Site } from "./site.ts";

/** A fast-forward is ended after this long. */
const lastsMs = 600_000;
/** Clocks of file systems and of processes may differ by this much. */
const slackMs = 2_000;

const fileOf = ({ hub }: Pick<Site, "hub">): string => `${hub.dir}.landing`;

interface Begun {
  readonly by: Identity;
  readonly gitDir: string;
  readonly top: string;
  readonly at: number;
}

/** Runs a fast-forward with a record of it; the record outlives a death, and nothing else. */
export async function recorded<T>(
  site: Site,
  { gitDir, top }: Checkout,
  run: () => Promise<T>,
): Promise<T> {
  const begun: Begun = { by: ownIdentity(), gitDir, top, at: Date.now() };
  await writeFile(fileOf(site), JSON.stringify(begun));
  try {
    return await run();
  } finally {
    await rm(fileOf(site), { force: true });
  }
}

/** Finds the locks that a fast-forward of ours left when it was killed; nobody else's. */
export async function strandedLocks(site: Site, now: number): Promise<readonly Found[]> {
  const begun = await read(fileOf(site));
  if (begun === null || isAlive(begun.by)) return [];
  const { gitDir, top, at } = begun;
  // without knowing which processes live, nothing is removed in the person's repository
  if (now < at || (await gitAt([gitDir, top])) !== false) return [];
  const branch = join(site.hub.place.commonDir, `${branchRef(site.branch)}.lock`);
  const names = ["index.lock", "HEAD.lock", "ORIG_HEAD.lock"].map((name) => join(gitDir, name));
  const found: Found[] = [];
  for (const path of [...names, branch]) {
    const lock = await lstat(path).catch(() => null);
    if (lock === null || lock.mtimeMs < at - slackMs || lock.mtimeMs > at + lastsMs) continue;
    found.push({
      finding: {
        kind: "lock",
        project: site.project,
        what: `${path}, which our git left when it was killed`,
        action: "removed",
        bytes: lock.size,
      },
      mend: () => rm(path, { force: true }),
    });
  }
  return found;
}

async function read(file: string): Promise<Begun | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof value !== "object" || value === null) return null;
    const { by, gitDir, top, at } = value as Record<string, unknown>; // each is checked below
    const who = parseIdentity(by);
    if (who === null || typeof gitDir !== "string" || typeof top !== "string") return null;
    return typeof at === "number" ? { by: who, gitDir, top, at } : null;
  } catch {
    return null; // none was begun, or its writer died with the machine
  }
}
