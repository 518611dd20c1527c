import { lstat } from "node:fs/promises";
import { basename, join } from "node:path";

/**
 * Answers what commands in a workspace need besides: the environment that activating `.venv` would
 * give, and where Bundler put its gems.
 */
export async function environmentOf(
  workspace: string,
  paths: readonly string[],
  path: string,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  const [venv, another] = paths.filter((each) => [".venv", "venv"].includes(basename(each)));
  // With two of them nobody can say which one a command means.
  if (
    venv !== undefined &&
    another === undefined &&
    (await isFolder(join(workspace, venv, "bin")))
  ) {
    env["VIRTUAL_ENV"] = join(workspace, venv);
    env["PATH"] = `${join(workspace, venv, "bin")}:${path}`;
  }
  if (await isFolder(join(workspace, "vendor", "bundle"))) env["BUNDLE_PATH"] = "vendor/bundle";
  return env;
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
}
