/** What `orch init` can tell of a project by looking at it. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { detectChecks } from "../adapters/detect.ts";
import type { Detected } from "../cli/backstage.ts";

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Looks at a project's folder. */
export async function detect(path: string): Promise<Detected> {
  const { test, lint } = await detectChecks(path);
  return {
    testCommand: test,
    lintCommand: lint,
    setupCommand: null,
    backlog: (await isThere(join(path, "CLAUDE.md")))
      ? "claude_md"
      : (await isThere(join(path, "BACKLOG.md")))
        ? "backlog_file"
        : "manual",
  };
}
