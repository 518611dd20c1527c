/** What a value must be beyond its type. */
import { closest } from "../core/suggest.ts";

const aliases = ["sonnet", "opus", "haiku"] as const;
const ownId = /^claude-[a-z0-9][A-Za-z0-9.@:[\]-]*$/;
// Bedrock (`us.anthropic.…`), ARNs (`arn:aws:…`), routers (`vendor/model`): a separator between
// two parts.
const vendorId = /^[A-Za-z0-9_-]+(?:[./:@][A-Za-z0-9_-]+)+$/;

/**
 * Tells whether a model can be meant: an alias, a `claude-` id, or another vendor's id with `/`,
 * `.` or `:`.
 */
export const isModel = (text: string): boolean =>
  aliases.some((alias) => alias === text) || ownId.test(text) || vendorId.test(text);

/** Says what is wrong with a model that nobody offers. */
export function unknownModel(text: string): string {
  const meant = closest(text, aliases);
  const suggestion = meant === null ? "" : `; did you mean "${meant}"?`;
  return `unknown model ${JSON.stringify(text)}${suggestion}`;
}

// What git-check-ref-format forbids in a name; control characters are meant.
// biome-ignore lint/suspicious/noControlCharactersInRegex: git forbids them
const notInRefs = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\//;

/** Tells whether git would take `name` as a branch. */
export const isBranch = (name: string): boolean =>
  name !== "@" &&
  !notInRefs.test(name) &&
  !/^[-/]|[./]$/.test(name) &&
  name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));

/** Tells whether `prefix` plus a task's id is a branch in a namespace of its own. */
export const isBranchPrefix = (prefix: string): boolean =>
  prefix.endsWith("/") && isBranch(`${prefix}a1b2c3d4e5f6`);

/** Tells whether `text` reads `Name <mail>`. */
export const isAuthor = (text: string): boolean =>
  /^[^\s<>][^<>\n\r]{0,200} <[^<>\s]{1,200}>$/.test(text);

/** Tells whether `path` stays inside the project that it is relative to. */
export const isInside = (path: string): boolean =>
  path !== "" && !/^(?:[/~\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes("..");

/** How a command for containers is written. */
export const containerHint =
  'write its words, such as ["docker", "run", "{options}", "my-image"]: "{options}" once, ' +
  'after "run"';

/** Whether a command runs containers, and has a place for what is filled in. */
export function isContainerCommand(words: readonly string[]): boolean {
  const [run, options] = [words.indexOf("run"), words.indexOf("{options}")];
  return run > 0 && options > run && words.lastIndexOf("{options}") === options;
}

const label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const hostName = new RegExp(`^(\\*\\.)?(${label}\\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`);

/** Tells whether `text` names a host out in the world, or all below a name. */
export const isHost = (text: string): boolean => text.length <= 253 && hostName.test(text);
