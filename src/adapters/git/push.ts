/** Pushing the landed branch, as the person would: with their settings and their credentials. */
import { git } from "./git.ts";
import { branchRef } from "./refs.ts";
import type { Site } from "./site.ts";

const pushTimeoutMs = 300_000;

export type Pushed =
  | { readonly kind: "pushed" }
  | { readonly kind: "refused"; readonly why: string };

/** Pushes the branch to its configured upstream; never forces. */
export async function pushBranch(site: Site, signal: AbortSignal): Promise<Pushed> {
  const remote = await configured(site, "remote", signal);
  const theirs = await configured(site, "merge", signal);
  if (remote === null || theirs === null || remote.startsWith("-")) {
    return {
      kind: "refused",
      why: `\`${site.branch}\` has no upstream: set one with \`git branch -u\``,
    };
  }
  const options = ["--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--porcelain"];
  const spec = `${branchRef(site.branch)}:${theirs}`;
  const call = {
    gitDir: site.hub.place.commonDir,
    args: ["push", ...options, remote, spec],
    asPerson: true as const,
    timeoutMs: pushTimeoutMs,
  };
  const { code, stdout, stderr } = await git(call, signal);
  if (code === 0) return { kind: "pushed" };
  const said = `${stdout.toString("utf8")}\n${stderr}`.split("\n");
  const why = said.filter((line) => /^!|rejected|^(error|fatal|remote):/.test(line)).slice(0, 3);
  return { kind: "refused", why: why.join("\n").trim() || `git push failed with code ${code}` };
}

async function configured(
  site: Site,
  key: "remote" | "merge",
  signal: AbortSignal,
): Promise<string | null> {
  const args = ["config", "--get", `branch.${site.branch}.${key}`];
  const gitDir = site.hub.place.commonDir;
  const { code, stdout } = await git({ gitDir, args, asPerson: true }, signal);
  return code === 0 ? stdout.toString("utf8").trim() : null;
}
