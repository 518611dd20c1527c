/** Runs a project's checks on one exact commit, in a clean workspace of its own. */
import type { CheckRun } from "../../core/checks.ts";
import type { Commit, Workspace } from "../../ports/repo.ts";
import type { CheckSpec, Stage } from "../context.ts";
import { envOf, provide } from "../provide.ts";
import { parseRun } from "./parse-run.ts";

/** Longest end of a check's output that is kept, in characters. */
const tailMax = 8_000;

export type Checked =
  | { readonly kind: "ran"; readonly runs: readonly CheckRun[] }
  /** The project's set-up failed, so that nothing could be run. */
  | { readonly kind: "setupFailed"; readonly command: string; readonly output: string }
  | { readonly kind: "aborted" };

/** Runs all checks on a commit; what has been run on this very tree before is remembered. */
export async function runChecks(
  stage: Stage,
  { at, name }: { readonly at: Commit; readonly name: string },
  signal: AbortSignal,
): Promise<Checked> {
  const { settings, world } = stage;
  const remembered = await recallChecks(stage, at);
  if (remembered !== null) return { kind: "ran", runs: remembered };
  await using workspace = await world.repo.open({ at: at.commit, name }, signal);
  const installed = await provide(world, workspace, signal);
  if (installed.kind === "failed") return { ...installed, kind: "setupFailed" };
  const runs: CheckRun[] = [];
  for (const spec of settings.checks) {
    const run = await runCheck(stage, { spec, workspace, at, env: envOf(installed) }, signal);
    if (run === null) return { kind: "aborted" };
    runs.push(run);
  }
  return { kind: "ran", runs };
}

/** The runs of all checks on this very tree, where they are remembered; else null. */
export async function recallChecks(stage: Stage, at: Commit): Promise<readonly CheckRun[] | null> {
  const runs = await Promise.all(stage.settings.checks.map((spec) => recall(stage, at, spec)));
  const known = runs.filter((run) => run !== null);
  return known.length === runs.length ? known : null;
}

interface One {
  readonly spec: CheckSpec;
  readonly workspace: Workspace;
  readonly at: Commit;
  readonly env: Readonly<Record<string, string>>;
}

async function runCheck(
  stage: Stage,
  { spec, workspace, at, env: installed }: One,
  signal: AbortSignal,
): Promise<CheckRun | null> {
  const { shell, reports, memo } = stage.world;
  const { name, command, timeoutMs } = spec;
  const env = { ...stage.settings.env, ...installed };
  const result = await shell.run({ command, cwd: workspace.path, env, timeoutMs }, signal);
  if (result.ended.kind === "aborted") return null;
  const run: CheckRun = {
    name,
    command,
    ended: result.ended,
    results: reports.read(result.output, workspace.path),
    outputTail: result.output.slice(-tailMax),
    durationMs: result.durationMs,
  };
  if (run.ended.kind === "exited") await memo.put(keyOf(stage, at, spec), JSON.stringify(run));
  return run;
}

async function recall(stage: Stage, at: Commit, spec: CheckSpec): Promise<CheckRun | null> {
  const text = await stage.world.memo.get(keyOf(stage, at, spec));
  return text === null ? null : parseRun(text);
}

/** The same tree, command and environment give the same result. */
const keyOf = ({ settings }: Stage, at: Commit, spec: CheckSpec): string =>
  JSON.stringify(["check", at.tree, spec.name, spec.command, settings.environment]);
