/** Runs a project's checks on one exact commit, each round in a clean workspace of its own. */
import type { CheckRun } from "../../core/checks.ts";
import type { Commit, Workspace } from "../../ports/repo.ts";
import type { CheckSpec, Stage } from "../context.ts";
import { envOf, provide, roomOf } from "../provide.ts";
import { parseRounds } from "./parse-rounds.ts";

/** Longest end of a check's output that is kept, in characters. */
const tailMax = 8_000;

/** All checks, run once one after the other: one may build what the next one needs. */
export type Round = readonly CheckRun[];

/** The project's set-up failed, so that nothing could be run. */
export interface SetupFailed {
  readonly kind: "setupFailed";
  readonly command: string;
  readonly output: string;
}
type Unrun = SetupFailed | { readonly kind: "aborted" };

type Checked = { readonly kind: "ran"; readonly runs: Round } | Unrun;
type Rounds = { readonly kind: "ran"; readonly rounds: readonly Round[] } | Unrun;

interface Place {
  readonly at: Commit;
  /** Name of the workspaces, one after the other. */
  readonly name: string;
}

/** Runs all checks on a commit once; what has been run on this very tree before is remembered. */
export async function runChecks(stage: Stage, at: Place, signal: AbortSignal): Promise<Checked> {
  const checked = await runUntil(stage, { ...at, enough: () => true }, signal);
  return checked.kind === "ran" ? { kind: "ran", runs: checked.rounds[0] ?? [] } : checked;
}

interface Wanted extends Place {
  /** Rounds that the caller has; those that are remembered where they are left out. */
  readonly known?: readonly Round[];
  readonly enough: (rounds: readonly Round[]) => boolean;
}

/** Runs all checks on a commit, once at least and until it is enough; known rounds count. */
export async function runUntil(
  stage: Stage,
  { enough, known, ...place }: Wanted,
  signal: AbortSignal,
): Promise<Rounds> {
  if (stage.settings.checks.length === 0) return { kind: "ran", rounds: [[]] };
  let rounds = known ?? (await recallRounds(stage, place.at));
  while (rounds.length === 0 || !enough(rounds)) {
    const checked = await runRound(stage, place, signal);
    if (checked.kind !== "ran") return checked;
    rounds = [...rounds, checked.runs];
    await remember(stage, place.at, rounds);
  }
  return { kind: "ran", rounds };
}

/** The rounds that are remembered of this very tree, oldest first. */
export async function recallRounds(stage: Stage, at: Commit): Promise<readonly Round[]> {
  const text = await stage.world.memo.get(keyOf(stage, at));
  return text === null ? [] : parseRounds(text);
}

/** Forgets what is remembered of this very tree, so that it is run again. */
export const forgetRounds = (stage: Stage, at: Commit): Promise<void> =>
  stage.world.memo.put(keyOf(stage, at), "[]");

/**
 * Keeps rounds that came to their ends: a time limit is one of the machine's, not of the tree's.
 */
async function remember(stage: Stage, at: Commit, rounds: readonly Round[]): Promise<void> {
  if (rounds.flat().every(({ ended }) => ended.kind === "exited"))
    await stage.world.memo.put(keyOf(stage, at), JSON.stringify(rounds));
}

/** The same tree, commands and environment give the same results, to the same reader. */
const keyOf = ({ settings, world }: Stage, { tree }: Commit): string => {
  const specs = settings.checks.map(({ name, command }) => [name, command]);
  return JSON.stringify(["checks", world.reports.version, tree, specs, settings.environment]);
};

async function runRound(stage: Stage, { at, name }: Place, signal: AbortSignal): Promise<Checked> {
  const { settings, world } = stage;
  await using workspace = await world.repo.open({ at: at.commit, name }, signal);
  const installed = await provide(world, workspace, signal);
  if (installed.kind === "failed") return { ...installed, kind: "setupFailed" };
  const runs: CheckRun[] = [];
  for (const spec of settings.checks) {
    const run = await runCheck(stage, { spec, workspace, env: envOf(installed) }, signal);
    if (run === null) return { kind: "aborted" };
    runs.push(run);
  }
  return { kind: "ran", runs };
}

interface One {
  readonly spec: CheckSpec;
  readonly workspace: Workspace;
  readonly env: Readonly<Record<string, string>>;
}

async function runCheck(
  stage: Stage,
  { spec, workspace, env: installed }: One,
  signal: AbortSignal,
): Promise<CheckRun | null> {
  const { shell, reports } = stage.world;
  const { name, command, timeoutMs } = spec;
  const env = { ...stage.settings.env, ...installed };
  const room = { ...roomOf(workspace), network: stage.settings.network ?? [] };
  const result = await shell.run({ command, env, timeoutMs, ...room }, signal);
  if (result.ended.kind === "aborted") return null;
  return {
    name,
    command,
    ended: result.ended,
    results: reports.read(result.output, workspace.path),
    outputTail: result.output.slice(-tailMax),
    durationMs: result.durationMs,
  };
}
