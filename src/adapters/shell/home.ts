import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../process.ts";

/** A home and a folder for temporary files that one run has to itself; gone when disposed of. */
export interface PrivateHome extends AsyncDisposable {
  readonly env: Readonly<Record<"HOME" | "TMPDIR", string>>;
}

/** Names the homes of one data folder, so that those of a dead process can be told. */
export const homePrefix = (mark: string): string => `orch-${mark}-`;

/**
 * Opens an empty private home for the data folder that `mark` stands for. Its path is short:
 * programs
 * put sockets there.
 */
export async function openPrivateHome(path: string, mark: string): Promise<PrivateHome> {
  const folder = await mkdtemp(join(tmpdir(), homePrefix(mark)));
  const env = { HOME: join(folder, "home"), TMPDIR: join(folder, "tmp") };
  await Promise.all(Object.values(env).map((each) => mkdir(each, { mode: 0o700 })));
  return { env, [Symbol.asyncDispose]: () => removed(folder, path) };
}

/** Removes the homes that killed processes left; for the start, when nobody else runs anything. */
export async function sweepHomes(path: string, mark: string): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names)
    if (name.startsWith(homePrefix(mark))) await removed(join(tmpdir(), name), path);
}

async function removed(folder: string, path: string): Promise<void> {
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 2 });
  await remove().catch(async () => {
    // Some tools write-protect folders, Go's module cache for one.
    await unlocked(folder, path);
    await remove().catch(() => undefined); // a leftover in the temp folder is nobody's failure
  });
}

async function unlocked(folder: string, path: string): Promise<void> {
  await runProcess(
    {
      argv: ["chmod", "-R", "u+rwX", folder],
      cwd: "/",
      env: { PATH: path },
      timeoutMs: 30_000,
      bytesMax: 0,
    },
    new AbortController().signal,
  );
}
