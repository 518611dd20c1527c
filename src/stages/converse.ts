/**
 * One agent session, and what its ending means for the task: an answer, a failure, or no one's
 * fault.
 */
import type { Failure } from "../core/failure.ts";
import { type Instant, later, type SessionId } from "../core/ids.ts";
import type { Spending } from "../core/records.ts";
import { freshTrace, watch } from "../core/stuck.ts";
import type { Ending, Role, SessionEvent, SessionResult, Tool } from "../ports/agent.ts";
import type { Listen, Stage } from "./context.ts";

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
  readonly writable: readonly string[];
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
  /** The model where it is not the role's own. */
  readonly model?: string;
  /** Whether the session is there to change files, so that one that never does is of no use. */
  readonly edits: boolean;
}

/**
 * Why a session ended through no fault of the task. `until` is when the vendor, or we, let it go
 * on:
 * null where the vendor does not say, or only a person can help.
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
  const { budgetUsd, name, env, model, edits, writable, ...rest } = talk;
  const circles = openCircles(edits, stage.listen);
  const result = await world.agent.run(
    {
      ...rest,
      model: model ?? settings.models[talk.role],
      tools: tools[talk.role],
      limits: { budgetUsd, turnsMax, timeoutMs: settings.timeoutsMs[talk.role], silenceMs },
      env: { ...settings.toolchains, ...settings.env, ...env },
      writable: [...writable, ...(settings.caches ?? [])],
      ...(settings.resources === undefined ? {} : { resources: settings.resources }),
      network: settings.network ?? [],
      transcript: settings.transcript(name),
      onEvent: circles.hear,
      purse: stage.purse,
    },
    AbortSignal.any([signal, circles.signal]),
  );
  const stuck = result.ending.kind === "aborted" && !signal.aborted ? circles.stuck() : null;
  return {
    ended:
      stuck === null
        ? meaningOf(result.ending, world.clock.now())
        : { kind: "failed", failure: { kind: "noProgress", detail: stuck } },
    text: result.text,
    spending: spendingOf(result),
    dueUsd: Math.max(0, result.costUsd - result.earlierUsd),
    durationMs: result.durationMs,
  };
}

/** Listens for a session that goes round in circles; its signal ends one. */
function openCircles(edits: boolean, listen: Listen) {
  const ending = new AbortController();
  let trace = freshTrace;
  let stuck: string | null = null;
  return {
    signal: ending.signal,
    stuck: () => stuck,
    hear(event: SessionEvent): void {
      listen(event);
      if (stuck !== null || (event.type !== "tool.called" && event.type !== "tool.answered"))
        return;
      const seen = watch(trace, event, edits);
      trace = seen.trace;
      stuck = seen.stuck;
      if (stuck !== null) ending.abort();
    },
  };
}

const spendingOf = ({ costUsd, turns, usage }: SessionResult): Spending => ({
  costUsd,
  turns,
  usage,
});

const afterMs = (now: Instant, ms: number | null): Instant | null =>
  ms === null ? null : later(now, ms);

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
      // its commands are not waited for: a stream that has stopped is the vendor's doing
      return released("outage", `the model was silent for ${silenceMs / 1_000} s`, null);
    case "timedOut":
      return failed("timedOut", "the session was ended when its time was up");
    case "refused":
      return failed("refused", ending.detail);
    case "crashed":
      return failed("agentFailed", ending.detail);
    case "limitReached":
      return released("limit", ending.detail, ending.resetAt);
    case "overloaded":
      return released("outage", ending.detail, afterMs(now, ending.retryAfterMs));
    case "unauthorised":
      return released("unauthorised", ending.detail, null);
    case "aborted":
      return released("aborted", "stopped", now);
    default:
      return ending satisfies never;
  }
}
