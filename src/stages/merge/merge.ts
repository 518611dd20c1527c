/**
 * Lands one candidate: merged without a checkout, checked as that very tree, published exactly
 * once.
 */
import { type Failure, listed } from "../../core/failure.ts";
import type { CommitSha, Token } from "../../core/ids.ts";
import { type Instant, later } from "../../core/ids.ts";
import type { CheckOutcome, Landing } from "../../core/records.ts";
import type { Task } from "../../core/task.ts";
import type { Commit } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { fence } from "../fence.ts";
import { gate } from "../judge/gate.ts";
import { doubt } from "./doubt.ts";

export interface MergeRequest {
  readonly task: Task;
  readonly attempt: number;
  readonly candidate: CommitSha;
  readonly token: Token;
  /**
   * True where leases were lost so often that landing it is given up, unless it has landed already.
   */
  readonly lastTry: boolean;
  /** True where a person has agreed although nobody can tell whether it adds to what is red. */
  readonly agreed: boolean;
  /**
   * Records the intent before the branch is touched; false where the delivery has lost its lease.
   */
  readonly intend: (landing: Landing) => Promise<boolean>;
}

export type MergeOutcome =
  | {
      readonly kind: "landed";
      readonly commit: CommitSha;
      readonly landing: Landing | null;
      /** Why it was not pushed although the portfolio asks for it; null where all is well. */
      readonly unpushed: string | null;
    }
  | { readonly kind: "raced"; readonly landing: Landing | null }
  | {
      readonly kind: "parked";
      readonly why: string;
      readonly until: Instant;
      readonly landing: Landing | null;
    }
  | { readonly kind: "conflicted"; readonly paths: readonly string[] }
  | {
      readonly kind: "rejected";
      readonly failure: Failure;
      readonly checks: readonly CheckOutcome[];
    }
  | { readonly kind: "aborted" };

/** How long parked work waits before the person's checkout and branch are looked at again. */
const parkedMs = 30_000;

/** Takes a candidate to the branch, or says why it cannot go there. */
export async function merge(
  stage: Stage,
  request: MergeRequest,
  signal: AbortSignal,
): Promise<MergeOutcome> {
  const { repo } = stage.world;
  const { task, candidate, token } = request;
  const reject = (kind: Failure["kind"], detail: string): MergeOutcome => ({
    kind: "rejected",
    failure: { kind, detail },
    checks: [],
  });
  if (!(await repo.fence(token, signal))) return { kind: "raced", landing: null };
  // past the fence, what `landingOf` answers stays true until we ourselves publish
  const tip = await repo.sync(signal); // first: whatever lands after this line makes `publish` race
  const landed = await repo.landingOf(task.id, signal); // we may have died after it had landed
  if (landed !== null)
    return { kind: "landed", commit: landed, landing: null, unpushed: await push(stage, signal) };
  if (request.lastTry) return reject("mergeLost", "its merge was begun and lost too often");
  const merged = await repo.merge(tip.commit, candidate, messageOf(request), signal);
  if (merged.kind === "conflicted") return { kind: "conflicted", paths: merged.paths };
  if (merged.kind === "nothing")
    return reject("emptyChange", "the branch already has all of this change");
  const gates = await gate(stage, { candidate: merged, base: tip, task }, signal);
  if (gates.kind === "aborted") return { kind: "aborted" };
  if (gates.decision !== "pass")
    return {
      kind: "rejected",
      failure: { kind: "mergedRed", detail: evidence(gates.reasons, gates.checks) },
      checks: gates.checks,
    };
  if (gates.hold !== null && !request.agreed) {
    await doubt(stage, tip, merged);
    const why = `the branch is red, and nobody can tell whether this adds to it (${gates.hold})`;
    return { kind: "parked", why, until: later(stage.world.clock.now(), parkedMs), landing: null };
  }
  return publish(stage, request, { tip, merged, checks: gates.checks }, signal);
}

interface Merged {
  readonly tip: Commit & { readonly branch: string };
  readonly merged: Commit;
  readonly checks: readonly CheckOutcome[];
}

async function publish(
  stage: Stage,
  { task, token, intend }: MergeRequest,
  { tip, merged, checks }: Merged,
  signal: AbortSignal,
): Promise<MergeOutcome> {
  const { repo, clock } = stage.world;
  const intended: Landing = {
    id: `${task.id}-${merged.commit}`, // tried again after a crash it is the same landing
    tasks: [task.id],
    branch: tip.branch,
    base: tip.commit,
    commit: merged.commit,
    tree: merged.tree,
    checks,
    state: "intended",
    at: clock.now(),
  };
  if (!(await intend(intended))) return { kind: "raced", landing: null };
  const request = { task: task.id, from: tip.commit, to: merged.commit, token };
  const publication = await repo.publish(request, signal);
  switch (publication.kind) {
    case "landed":
      return {
        kind: "landed",
        commit: publication.commit,
        landing: { ...intended, state: "landed" },
        unpushed: await push(stage, signal),
      };
    case "raced":
      return { kind: "raced", landing: { ...intended, state: "raced" } };
    case "parked": {
      const until = later(clock.now(), parkedMs);
      return { ...publication, until, landing: { ...intended, state: "parked" } };
    }
    default:
      return publication satisfies never;
  }
}

/** Pushes where the portfolio asks for it; says why it could not be done. */
async function push({ world, settings }: Stage, signal: AbortSignal): Promise<string | null> {
  if (!settings.push) return null;
  const pushed = await world.repo.push(signal);
  return pushed.kind === "pushed" ? null : pushed.why;
}

function evidence(reasons: readonly string[], checks: readonly CheckOutcome[]): string {
  const outputs = checks
    .filter(({ decision }) => decision !== "pass")
    .map(({ command, outputTail }) => `\`${command}\`:\n\n${fence(outputTail)}`);
  return [listed(reasons), ...outputs].join("\n\n");
}

/**
 * The merge is told from the work that it brings; the trailers are what the landing is found by.
 */
function messageOf({ task, attempt }: MergeRequest): string {
  const trailers = [`Orch-Task: ${task.id}`, `Orch-Attempt: ${attempt}`];
  if (task.cycle !== null) trailers.push(`Orch-Cycle: ${task.cycle}`);
  return `Merge task ${task.id}: ${task.brief.title}\n\n${trailers.join("\n")}\n`;
}
