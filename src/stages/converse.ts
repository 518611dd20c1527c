/**
 * One agent session, and what its ending means for the task: an answer, a failure, or no one's
 * fault.
 */
import type { Failure } from "../core/failure.ts";
import { type Instant, later, type SessionId } from "../core/ids.ts";
import type { Spending } from "../core/records.ts";
import type { Ending, Role, SessionResult, Tool } from "../ports/agent.ts";
import type { Stage } from "./context.ts";

/** Tools by role, as the brief's table has them; plans and verdicts are answers, not files. */
const tools: Readonly<Record<Role, readonly Tool[]>> = {
  planner: ["Read", "Grep", "Glob"],
  worker: ["Read", "Edit", "Write", "Bash", "Grep", "Glob"],
  judge: ["Read", "Grep", "Glob", "Bash"],
  refinery: ["Read", "Edit", "Write", "Bash", "Grep", "Glob"],
};

/** Far above what a task of one coherent change needs; money and time are the caps that bind. */
const turnsMax = 200;
/**
 * A model that streams is never silent for minutes; a long command is a sign of life by its own.
 */
const silenceMs = 120_000;

export interface Talk {
  readonly role: Role;
  readonly cwd: string;
  readonly readable: readonly string[];
  readonly system: string;
  readonly prompt: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly budgetUsd: number;
  /** Added to the project's own environment: what was installed in the workspace. */
  readonly env: Readonly<Record<string, string>>;
  readonly session: SessionId;
  /** Names the transcript. */
  readonly name: string;
  /** Goes on where the session was cut, if it has begun. */
  readonly resume: boolean;
}

/**
 * Why a session ended through no fault of the task. `until` is null where only a person can help.
 */
export interface Release {
  readonly cause: "aborted" | "limit" | "outage" | "unauthorised" | "setup";
  readonly why: string;
  readonly until: Instant | null;
}

export type Conversation =
  | { readonly kind: "answered"; readonly json: unknown }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "released"; readonly release: Release };

export interface Held {
  readonly ended: Conversation;
  readonly text: string;
  readonly spending: Spending;
  /** What this run of the session cost, in US dollars; `spending` is that of the whole session. */
  readonly dueUsd: number;
  readonly durationMs: number;
}

/** Holds one session to its end. */
export async function converse(stage: Stage, talk: Talk, signal: AbortSignal): Promise<Held> {
  const { world, settings } = stage;
  const { budgetUsd, name, env, ...rest } = talk;
  const result = await world.agent.run(
    {
      ...rest,
      model: settings.models[talk.role],
      tools: tools[talk.role],
      limits: { budgetUsd, turnsMax, timeoutMs: settings.timeoutsMs[talk.role], silenceMs },
      env: { ...settings.env, ...env },
      transcript: settings.transcript(name),
      onEvent: stage.listen,
    },
    signal,
  );
  return {
    ended: meaningOf(result.ending, world.clock.now()),
    text: result.text,
    spending: spendingOf(result),
    dueUsd: Math.max(0, result.costUsd - result.earlierUsd),
    durationMs: result.durationMs,
  };
}

const spendingOf = ({ costUsd, turns, usage }: SessionResult): Spending => ({
  costUsd,
  turns,
  usage,
});

/** An outage without a date is tried again after this long. */
const outageMs = 20_000;
/** A usage limit without a date is tried again after this long. */
const limitMs = 15 * 60_000;

function meaningOf(ending: Ending, now: Instant): Conversation {
  const failed = (kind: Failure["kind"], detail: string): Conversation => ({
    kind: "failed",
    failure: { kind, detail },
  });
  const released = (cause: Release["cause"], why: string, until: Instant | null): Conversation => ({
    kind: "released",
    release: { cause, why, until },
  });
  switch (ending.kind) {
    case "answered":
      return ending;
    case "outOfTurns":
      return failed("outOfTurns", `${turnsMax} turns were not enough`);
    case "outOfBudget":
      return failed("outOfBudget", "the session reached its spending cap before it answered");
    case "stalled":
      return failed("stalled", `the model was silent for ${silenceMs / 1_000} s`);
    case "timedOut":
      return failed("timedOut", "the session was ended when its time was up");
    case "refused":
      return failed("refused", ending.detail);
    case "crashed":
      return failed("agentFailed", ending.detail);
    case "limitReached":
      return released("limit", ending.detail, ending.resetAt ?? later(now, limitMs));
    case "overloaded":
      return released("outage", ending.detail, later(now, ending.retryAfterMs ?? outageMs));
    case "unauthorised":
      return released("unauthorised", ending.detail, null);
    case "aborted":
      return released("aborted", "stopped", now);
    default:
      return ending satisfies never;
  }
}
