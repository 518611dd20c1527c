/**
 * Paths as git has them: bytes. Inside this folder a raw path is a string with one character a byte
 * (latin1), so that any file name survives; people see `shown` ones.
 */
import { isUtf8 } from "node:buffer";

/** One character a byte. */
export type RawPath = string;

/** Splits NUL-terminated output into raw paths. */
export function nulSplit(bytes: Buffer): RawPath[] {
  const fields = bytes.toString("latin1").split("\0");
  if (fields.at(-1) === "") fields.pop();
  return fields;
}

/** Joins raw paths for a program that reads them NUL-terminated. */
export const nulJoin = (paths: readonly RawPath[]): Buffer =>
  bytesOf(paths.map((path) => `${path}\0`).join(""));

export const bytesOf = (path: RawPath): Buffer => Buffer.from(path, "latin1");

/** Turns text of ours into a raw path. */
export const rawOf = (text: string): RawPath => Buffer.from(text, "utf8").toString("latin1");

/** A raw path for people: its UTF-8 text, or git's quoted form where it is no UTF-8. */
export function shown(path: RawPath): string {
  const bytes = bytesOf(path);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const octal = (char: string) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is quoted
  return `"${path.replace(/[\x00-\x1f\x7f-\xff"\\]/g, octal)}"`;
}

/** Tells whether `path` stays below the folder that it is relative to, and out of git's own. */
export function isInside(path: string): boolean {
  const parts = path.split("/");
  return (
    path !== "" &&
    !path.includes("\0") &&
    parts.every((part) => part !== "" && part !== "." && part !== ".." && !isGitDir(part))
  );
}

/** Tells whether a path component names git's own folder on any file system. */
export const isGitDir = (part: string): boolean => /^\.git[ .]*$/i.test(part);

/**
 * Says why a symlink at `path` with `target` would lead out of the repository, or `null`. Only
 * leading `..`s are allowed: behind a name they may climb from wherever another link leads.
 */
export function escapeOf(path: RawPath, target: RawPath): string | null {
  if (target.startsWith("/")) return "an absolute symlink";
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  const climbs = parts.findIndex((part) => part !== "..");
  const leading = climbs === -1 ? parts.length : climbs;
  if (leading > path.split("/").length - 1) return "a symlink out of the repository";
  if (parts.slice(leading).includes("..")) return "a symlink that climbs out of another folder";
  if (parts.some(isGitDir)) return "a symlink into git's own folder";
  return null;
}

/** Writes a path as a line of an ignore file that matches it alone. */
export function ignoreLine(path: string): string {
  return `/${path.replace(/[*?[\]\\!# ]/g, (char) => `\\${char}`)}`;
}
