/** What `orch init` can tell of a project by looking at it. */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchingOf } from "../adapters/dependencies/registries.ts";
import { detectChecks } from "../adapters/detect.ts";
import type { Detected } from "../cli/backstage.ts";

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const lockfiles = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"];

/** Where lockfiles tell the set-up, nothing needs to be said; packages without one are npm's. */
async function installOf(path: string): Promise<string | null> {
  // none is no fault
  const text = await readFile(join(path, "package.json"), "utf8").catch(() => "");
  if (!/"(?:dev|peer|optional)?[dD]ependencies"\s*:\s*\{\s*"/.test(text)) return null;
  const names = [...lockfiles, "bun.lock", "bun.lockb"];
  const locked = await Promise.all(names.map((name) => isThere(join(path, name))));
  return locked.includes(true) ? null : "npm install --no-package-lock";
}

/** Looks at a project's folder. */
export async function detect(path: string): Promise<Detected> {
  const { test, lint } = await detectChecks(path);
  const setupCommand = await installOf(path);
  return {
    testCommand: test,
    lintCommand: lint,
    setupCommand,
    fetching: await fetchingOf(path, setupCommand),
    backlog: (await isThere(join(path, "CLAUDE.md")))
      ? "claude_md"
      : (await isThere(join(path, "BACKLOG.md")))
        ? "backlog_file"
        : "manual",
  };
}
