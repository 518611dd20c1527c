/** The `.git` folder that an agent finds in its clone: written by us, byte by byte, each time. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CommitSha } from "../../core/ids.ts";
import { ignoreLine } from "./paths.ts";
import { branchRef } from "./refs.ts";
import type { Site } from "./site.ts";
import type { Slot } from "./slots.ts";

export interface GitDirRequest {
  readonly at: CommitSha;
  /** Paths that the agent's own git must not show as new. */
  readonly hidden: readonly string[];
}

/** Writes a clone's `.git`: one branch, no remote, the hub's objects borrowed. */
export async function plantGitDir(
  site: Site,
  slot: Slot,
  { at, hidden }: GitDirRequest,
): Promise<void> {
  const dir = join(slot.tree, ".git");
  const ref = branchRef(site.branch);
  await mkdir(join(dir, "objects/info"), { recursive: true });
  await mkdir(join(dir, "info"));
  await mkdir(join(dir, dirname(ref)), { recursive: true });
  await writeFile(join(dir, "objects/info/alternates"), `${join(site.hub.dir, "objects")}\n`);
  await writeFile(join(dir, ref), `${at}\n`);
  await writeFile(join(dir, "HEAD"), `ref: ${ref}\n`);
  await writeFile(join(dir, "config"), configOf(site));
  const ignored = [`${site.prefix}.orch`, ...hidden].map((path) => `${ignoreLine(path)}\n`);
  await writeFile(join(dir, "info/exclude"), ignored.join(""));
  // with our index the agent's first `git status` need not read every file again
  await copyFile(slot.index, join(dir, "index"));
  await copyFile(join(site.hub.dir, "shallow"), join(dir, "shallow")).catch(() => undefined);
}

function configOf({ hub, author }: Site): string {
  const sha256 = hub.place.objectFormat === "sha256";
  return [
    "[core]",
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    "\tbare = false",
    "\tfilemode = true",
    "\tlogallrefupdates = true",
    "[gc]",
    "\tauto = 0",
    "[user]",
    `\tname = ${quoted(author.name)}`,
    `\temail = ${quoted(author.email)}`,
    ...(sha256 ? ["[extensions]", "\tobjectformat = sha256"] : []),
    "",
  ].join("\n");
}

const quoted = (text: string): string => JSON.stringify(text.replaceAll("\n", " "));
