/** Everything that the program keeps on the disk, as text that can be searched. */
import { execFileSync } from "node:child_process";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";
import Database from "better-sqlite3";

export interface Stored {
  /** Relative to where the search began. */
  readonly path: string;
  /** Permissions, as `ls -l` counts them. */
  readonly mode: number;
  /** All texts that stand in it: as it is, uncompressed, and row by row. */
  readonly texts: readonly Buffer[];
}

/** All files below a folder, links left aside. */
export async function storedBelow(root: string): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const { mode } = await lstat(path);
    const texts = [bytes, ...unpacked(bytes), ...rowsOf(path, bytes), ...objectsOf(path)];
    found.push({ path: relative(root, path), mode: mode & 0o777, texts });
  }
  return found;
}

/** Files that hold one of these. */
export const holding = (files: readonly Stored[], what: readonly string[]): readonly string[] =>
  files.flatMap(({ path, texts }) => {
    const seen = what.filter((each) => texts.some((text) => text.includes(each)));
    return seen.length === 0 ? [] : [`${path}: ${seen.join(", ")}`];
  });

function unpacked(bytes: Buffer): readonly Buffer[] {
  const [first, second] = bytes;
  if (first === 0x1f && second === 0x8b) return [gunzipSync(bytes)];
  if (first !== 0x78) return [];
  try {
    return [inflateSync(bytes)];
  } catch {
    return []; // a text that begins with an x
  }
}

/** A text may lie on two pages of a database: its rows have it whole. */
function rowsOf(path: string, bytes: Buffer): readonly Buffer[] {
  if (!bytes.subarray(0, 15).equals(Buffer.from("SQLite format 3"))) return [];
  const db = new Database(path, { readonly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
    return tables.map((name) =>
      Buffer.from(JSON.stringify(db.prepare(`SELECT * FROM "${String(name)}"`).all())),
    );
  } finally {
    db.close();
  }
}

function objectsOf(path: string): readonly Buffer[] {
  if (!path.endsWith(".pack")) return [];
  const objects = join(path, "../..");
  const args = ["--batch", "--batch-all-objects", "--unordered"];
  return [
    execFileSync("git", ["--git-dir", join(objects, ".."), "cat-file", ...args], {
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ];
}
