/**
 * Programs write where they were installed into what they install: found once, mended in each copy.
 */
import { constants } from "node:fs";
import { open, readlink, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../process.ts";

/** What names the folder that it was installed in, as paths below the entry's files. */
export interface Embedded {
  readonly texts: readonly string[];
  readonly links: readonly string[];
}

const answerBytesMax = 16 * 2 ** 20;
const searchTimeoutMs = 120_000;

/** Finds text files and links below `folder` that name `origin`; `null` where it cannot be told. */
export async function findEmbedded(
  folder: string,
  origin: string,
  path: string,
  signal: AbortSignal,
): Promise<Embedded | null> {
  const search = async (...argv: readonly [string, ...string[]]) => {
    const { ended, stdout, truncated } = await runProcess(
      {
        argv,
        cwd: folder,
        env: { PATH: path, LC_ALL: "C" },
        timeoutMs: searchTimeoutMs,
        bytesMax: answerBytesMax,
      },
      signal,
    );
    const found = ended.kind === "exited" && ended.code < 2 && !truncated;
    return found ? Buffer.from(stdout).toString().split("\0").filter(Boolean) : null;
  };
  const texts = await search("grep", "-rlIF", "--null", "-e", origin, ".");
  const links = await search("find", ".", "-type", "l", "-lname", `${escaped(origin)}*`, "-print0");
  return texts === null || links === null ? null : { texts, links };
}

/** Puts `to` for `from` in files and links that were found below `folder`. */
export async function relocate(
  folder: string,
  { texts, links }: Embedded,
  from: string,
  to: string,
): Promise<void> {
  for (const path of texts) await relocateText(join(folder, path), from, to);
  for (const path of links) {
    const target = await readlink(join(folder, path));
    await unlink(join(folder, path));
    await symlink(
      target.replace(from, () => to),
      join(folder, path),
    );
  }
}

async function relocateText(path: string, from: string, to: string): Promise<void> {
  await using file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  // One character a byte: whatever the encoding, all else stays as it is.
  const bytes = (text: string): string => Buffer.from(text).toString("latin1");
  const text = (await file.readFile()).toString("latin1");
  const mended = Buffer.from(
    text.replaceAll(bytes(from), () => bytes(to)),
    "latin1",
  );
  await file.truncate(0);
  await file.write(mended, 0, mended.length, 0);
}

function escaped(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
