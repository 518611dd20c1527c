/** Installed dependencies by the hash of what they were installed from. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { runProcess } from "../process.ts";
import { isInside } from "./files.ts";
import { removePaths } from "./fresh.ts";
import { findEmbedded, relocate } from "./relocate.ts";

export interface StoreOptions {
  readonly folder: string;
  /** Where `cp`, `grep` and `find` are looked for. */
  readonly path: string;
}

export interface Store {
  /** Copies an entry into a workspace; answers its paths, `null` where there is no such entry. */
  copy(key: string, workspace: string, signal: AbortSignal): Promise<readonly string[] | null>;
  /** Keeps `paths` of a workspace under `key`, whole or not at all. */
  fill(
    key: string,
    workspace: string,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<void>;
}

/** Lockfiles change and change back; older entries are filled again when they are wanted. */
const entriesMax = 8;
/** What a crash left half filled. */
const halfFilledMs = 24 * 3600_000;
const copyTimeoutMs = 600_000;
const half = ".half-";

const Manifest = z.object({
  origin: z.string(),
  paths: z.array(z.string()),
  embedded: z.object({ texts: z.array(z.string()), links: z.array(z.string()) }),
});

type Manifest = z.infer<typeof Manifest>;

/** Opens the store in `folder`, which need not exist. */
export function openStore({ folder, path }: StoreOptions): Store {
  return {
    async copy(key, workspace, signal) {
      const entry = join(folder, key);
      const manifest = await manifestOf(entry);
      if (manifest === null) return null;
      try {
        await copyEntry(entry, manifest, workspace, { path, signal });
        // only orders the entries
        await utimes(entry, new Date(), new Date()).catch(() => undefined);
        return manifest.paths;
      } catch {
        await removePaths(workspace, manifest.paths);
        // Damaged, or removed meanwhile: it will be filled again.
        if (!signal.aborted) await rm(entry, { recursive: true, force: true });
        return null;
      }
    },
    async fill(key, workspace, paths, signal) {
      await mkdir(folder, { recursive: true });
      const temporary = join(folder, `${half}${randomUUID()}`);
      try {
        for (const [at, place] of (await placesIn(workspace, paths)).entries()) {
          const into = join(temporary, "files", String(at));
          await mkdir(into, { recursive: true });
          await copyTree(place, into, path, signal);
        }
        await mkdir(join(temporary, "files"), { recursive: true });
        const embedded = await findEmbedded(join(temporary, "files"), workspace, path, signal);
        if (embedded === null) return;
        const manifest = { origin: workspace, paths, embedded };
        await writeFile(join(temporary, "manifest.json"), JSON.stringify(manifest));
        // Another filler may have been faster: theirs is as good.
        await rename(temporary, join(folder, key)).catch(() => undefined);
      } finally {
        await rm(temporary, { recursive: true, force: true });
        await evict(folder);
      }
    },
  };
}

async function manifestOf(entry: string): Promise<Manifest | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(entry, "manifest.json"), "utf8")));
  } catch {
    return null; // there is no such entry
  }
}

async function copyEntry(
  entry: string,
  manifest: Manifest,
  workspace: string,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<void> {
  const places = await placesIn(workspace, manifest.paths);
  for (const [at, place] of places.entries()) {
    await rm(place, { recursive: true, force: true });
    const from = join(entry, "files", String(at), basename(place));
    await copyTree(from, dirname(place), path, signal);
  }
  await relocateAll(manifest, workspace);
}

/** The real places of an entry's paths; throws where a link leads out of the workspace. */
async function placesIn(workspace: string, paths: readonly string[]): Promise<readonly string[]> {
  const places = paths.map((each) => join(workspace, each));
  for (const place of places) {
    if (!(await isInside(workspace, dirname(place)))) throw new Error(`${place} is outside`);
  }
  return places;
}

async function relocateAll(
  { paths, embedded, origin }: Manifest,
  workspace: string,
): Promise<void> {
  if (origin === workspace) return;
  for (const [at, path] of paths.entries()) {
    const prefix = `./${at}/`;
    const below = (all: readonly string[]): readonly string[] =>
      all.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
    const own = { texts: below(embedded.texts), links: below(embedded.links) };
    await relocate(dirname(join(workspace, path)), own, origin, workspace);
  }
}

/** Copies a file or folder into another folder, sharing blocks where the disk can. */
async function copyTree(
  from: string,
  into: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const flags = process.platform === "darwin" ? ["-cRp"] : ["-a", "--reflink=auto"];
  const { ended, stderr } = await runProcess(
    {
      argv: ["cp", ...flags, "--", from, into],
      cwd: "/",
      env: { PATH: path, LC_ALL: "C" },
      timeoutMs: copyTimeoutMs,
      bytesMax: 4_096,
    },
    signal,
  );
  if (ended.kind === "exited" && ended.code === 0) return;
  throw new Error(`cannot copy ${from}: ${Buffer.from(stderr).toString() || ended.kind}`);
}

/** Removes the entries that were used longest ago, and what crashes left half filled. */
async function evict(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const aged = await Promise.all(
    names.map(async (name) => ({
      name,
      usedMs: await stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  const entries = aged.filter(({ name }) => !name.startsWith(half));
  const old = entries.sort((a, b) => b.usedMs - a.usedMs).slice(entriesMax);
  const stale = aged.filter(
    ({ name, usedMs }) => name.startsWith(half) && usedMs < Date.now() - halfFilledMs,
  );
  for (const { name } of [...old, ...stale]) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
