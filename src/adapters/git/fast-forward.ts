/**
 * Landing on a branch that the person has checked out: git's own fast-forward, and nothing more.
 */
import { lstat, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Attempted, claimable, claimOf, type Landing } from "./attempt.ts";
import { type RawChange, rawChanges } from "./changes.ts";
import type { Checkout } from "./checkouts.ts";
import { fenceRef } from "./fence.ts";
import { git, gitHolding, gitOut, type Held } from "./git.ts";
import { recorded } from "./landing-lock.ts";
import { bytesOf, nulSplit, type RawPath, rawOf, shown } from "./paths.ts";
import { durable, moveRefs } from "./refs.ts";
import { openScratch } from "./scratch.ts";
import type { Site } from "./site.ts";

/** Writing a very large change to a slow disk takes minutes. */
const mergeTimeoutMs = 600_000;
const namesMax = 3;

/** Fast-forwards a work tree of the person's while the task's landing and the fence are locked. */
export async function fastForward(
  site: Site,
  landing: Landing,
  checkout: Checkout,
  signal: AbortSignal,
): Promise<Attempted> {
  const gitDir = site.hub.place.commonDir;
  const [changed, looks] = await Promise.all([
    rawChanges({ gitDir, from: landing.from, to: landing.to }, signal),
    looksOf(checkout, signal),
  ]);
  const paths = new Set(changed.map(({ path }) => path));
  const why = (await removal(checkout, changed, signal)) ?? filterTrap(paths, looks);
  if (why !== null) return { kind: "inTheWay", why };
  const verified = `verify ${fenceRef(site)} ${landing.fence}`;
  signal.throwIfAborted();
  const folder = await openScratch("land");
  try {
    const transaction = {
      gitDir,
      args: ["update-ref", "--stdin"],
      stdin: `${verified}\n${claimOf(landing)}\n`,
      config: durable,
    };
    const move = mergeCall(checkout, landing.to, looks);
    const hold = (name: string): Promise<Held> =>
      recorded(site, checkout, () =>
        gitHolding(transaction, move, join(folder, name), uninterrupted),
      );
    let held = await hold("first");
    if (!held.held) {
      // asked for without holding on, so that a lock which a dead process left is removed
      const asked = await moveRefs(gitDir, [verified, claimable(landing)], signal);
      if (asked.code !== 0) return { kind: "undecided" };
      held = await hold("second");
    }
    if (held.committed) return { kind: "moved" };
    if (held.inner === null || held.inner === 0) return { kind: "undecided" };
    if (/not possible to fast-forward/i.test(held.stderr)) return { kind: "undecided" };
    return { kind: "inTheWay", why: `${checkout.top}: ${reason(held.stderr)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stopping half-way would leave the person's files between two commits. */
const uninterrupted = new AbortController().signal;

function mergeCall(checkout: Checkout, to: string, looks: readonly string[]) {
  const options = ["--ff-only", "--quiet", "--no-stat", "--no-autostash", "--no-overwrite-ignore"];
  return {
    gitDir: checkout.gitDir,
    workTree: checkout.top,
    cwd: checkout.top,
    args: ["merge", ...options, "--no-verify-signatures", to],
    config: [...durable, ...looks],
    // a filter of theirs may look for its own settings there
    env: { HOME: homedir() },
    timeoutMs: mergeTimeoutMs,
  };
}

/** The person's settings that decide how their files look on disk: line ends and filters. */
async function looksOf(checkout: Checkout, signal: AbortSignal): Promise<string[]> {
  const pattern = "^(core\\.(autocrlf|eol|safecrlf|symlinks|checkroundtripencoding)|filter\\..*)$";
  const args = ["config", "-z", "--get-regexp", pattern];
  const { gitDir, top: cwd } = checkout;
  const { stdout } = await git({ gitDir, cwd, args, asPerson: true }, signal);
  return nulSplit(stdout).map((entry) => {
    const text = bytesOf(entry).toString("utf8");
    return text.includes("\n") ? text.replace("\n", "=") : text;
  });
}

/** A file that the person removed: git would not mind and write it again. */
async function removal(
  { gitDir, top }: Checkout,
  changed: readonly RawChange[],
  signal: AbortSignal,
): Promise<string | null> {
  const missing: RawPath[] = [];
  for (const { path, status, oldMode } of changed) {
    if (status === "A" || status === "D" || oldMode === "160000") continue;
    const there = await lstat(bytesOf(`${rawOf(top)}/${path}`)).catch(() => null);
    if (there === null) missing.push(path);
  }
  if (missing.length === 0) return null;
  // in a sparse checkout files are away because they were never wanted
  const call = { gitDir, workTree: top, args: ["ls-files", "-t", "-z"] };
  const listed = nulSplit(await gitOut(call, signal)).filter((line) => line.startsWith("S "));
  const unwanted = new Set(listed.map((line) => line.slice(2)));
  const removed = missing.find((path) => !unwanted.has(path));
  return removed === undefined ? null : `${shown(removed)} was removed in ${top}`;
}

/** Attributes say which of the person's filter programs run: they must look at those themselves. */
function filterTrap(paths: ReadonlySet<RawPath>, looks: readonly string[]): string | null {
  if (!looks.some((setting) => setting.startsWith("filter."))) return null;
  const path = [...paths].find((each) => /(^|\/)\.(gitattributes|lfsconfig)$/.test(each));
  if (path === undefined) return null;
  return `${shown(path)} changes, and your git has filters that it could start: merge it yourself`;
}

/** What git said, without its advice. */
function reason(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const files = lines.flatMap((line, at) => (lines[at - 1]?.endsWith(":") ? [line] : []));
  const first = lines.find((line) => /^(error|fatal):/.test(line)) ?? lines[0] ?? "";
  return [first.replace(/^(error|fatal): /, ""), ...files.slice(0, namesMax)].join(" ");
}
