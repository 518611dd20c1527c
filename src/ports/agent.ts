/**
 * A model that reads, edits and runs things in one folder until it answers.
 *
 * Contract (tests/contract/agent.ts): `run` never throws for what an agent, its model or its
 * network
 * may do; it ends exactly once, with one of the endings below; when it has ended, no process of the
 * session is alive; cost and usage are those of the whole session, also after a resume; nothing of
 * the caller's environment and none of the repository's settings reach the agent.
 */
import type { Instant, SessionId } from "../core/ids.ts";
import type { ResourceLimits } from "../core/portfolio.ts";
import type { Reach } from "../core/reach.ts";
import type { Deed } from "../core/stuck.ts";
import type { Purse } from "./gateway.ts";

export type Role = "planner" | "worker" | "judge" | "refinery";

/** The agent's tools, by the names that the brief gives them. */
export type Tool = "Read" | "Edit" | "Write" | "Bash" | "Grep" | "Glob";

export interface SessionLimits {
  /** Spending cap of the session in US dollars. */
  readonly budgetUsd: number;
  /** Model requests that may answer with tool calls. */
  readonly turnsMax: number;
  /** Wall-clock time of the session. */
  readonly timeoutMs: number;
  /** Longest time without any sign of life from the model. */
  readonly silenceMs: number;
}

export interface SessionRequest {
  readonly role: Role;
  /** The only folder that the agent may change (and, where confinement allows, see). */
  readonly cwd: string;
  /** Folders outside `cwd` that its commands must be able to read; its file tools stay in `cwd`. */
  readonly readable: readonly string[];
  /** Folders outside `cwd` that its commands may change; its file tools stay in `cwd`. */
  readonly writable?: readonly string[];
  /** What it may reach beside the model. */
  readonly network: Reach;
  /**
   * The role's contract and the project's facts; the same for all sessions of a role and project.
   */
  readonly system: string;
  /** The task itself. */
  readonly prompt: string;
  /** An alias (`sonnet`, `opus`, `haiku`) or a full model id. */
  readonly model: string;
  /** What exists for the agent; anything else is refused. */
  readonly tools: readonly Tool[];
  /** JSON schema (an object at its root) of the answer. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly limits: SessionLimits;
  /** What its processes may use together; what passes that is ended as a crash that says so. */
  readonly resources?: ResourceLimits;
  readonly session: SessionId;
  /** `true` goes on from the session's transcript where there is one. */
  readonly resume: boolean;
  /** Added to the agent's environment: toolchains' homes and what the portfolio names. */
  readonly env: Readonly<Record<string, string>>;
  /** File that receives every message of the session as one JSON line (JSONL, mode 0600). */
  readonly transcript: string;
  /** Called as things happen; must not throw. */
  readonly onEvent: (event: SessionEvent) => void;
  /** What its requests are paid from, where they pass the gateway. */
  readonly purse: Purse;
}

export type SessionEvent =
  | { readonly type: "started"; readonly model: string }
  /** A whole message of the model has come, whatever is in it. */
  | { readonly type: "replied" }
  /** How much of an allowance is used, in shares of 1, where the vendor tells. */
  | { readonly type: "allowance"; readonly used: number; readonly resetAt: Instant }
  /** A usage limit, as soon as the vendor tells it. */
  | { readonly type: "limited"; readonly resetAt: Instant | null; readonly detail: string }
  | { readonly type: "said"; readonly text: string }
  | Deed
  | { readonly type: "spent"; readonly costUsd: number };

/** Tokens of one model in one session. */
export interface ModelUsage {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costUsd: number;
}

/** How a session ended. `limitReached` and `overloaded` are the vendor's doing, not the task's. */
export type Ending =
  /** `json` is the structured answer, unvalidated; `null` where the model gave none. */
  | { readonly kind: "answered"; readonly json: unknown }
  | { readonly kind: "outOfTurns" }
  | { readonly kind: "outOfBudget" }
  /** A usage limit; `resetAt` is `null` where the vendor did not say. */
  | { readonly kind: "limitReached"; readonly resetAt: Instant | null; readonly detail: string }
  /** The model could not be had: 5xx, 529, short 429, refused connection. */
  | { readonly kind: "overloaded"; readonly retryAfterMs: number | null; readonly detail: string }
  | { readonly kind: "unauthorised"; readonly detail: string }
  /** The vendor refused the request itself (400, 403, 404, 413) or the model refused to answer. */
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "stalled" }
  | { readonly kind: "timedOut" }
  | { readonly kind: "aborted" }
  | { readonly kind: "crashed"; readonly detail: string };

export interface SessionResult {
  readonly ending: Ending;
  /** The last thing that the agent said, bounded. */
  readonly text: string;
  readonly costUsd: number;
  /** What of `costUsd` the session had used before this run of it. */
  readonly earlierUsd: number;
  /** `vendor`: priced by the agent's own figures; `table`: by ours; `none`: nothing was used. */
  readonly costBasis: "vendor" | "table" | "none";
  readonly usage: readonly ModelUsage[];
  readonly turns: number;
  readonly durationMs: number;
}

export interface Agent {
  run(request: SessionRequest, signal: AbortSignal): Promise<SessionResult>;
  /**
   * Says why sessions cannot start here (no binary, no key and no login), or `null` where they can.
   */
  ready(signal: AbortSignal): Promise<AgentProblem | null>;
}

export type AgentProblem =
  | { readonly kind: "noBinary"; readonly detail: string }
  /** Nothing here confines an agent, and the portfolio does not say that this is wanted. */
  | { readonly kind: "noSandbox"; readonly detail: string }
  | { readonly kind: "noKey"; readonly detail: string };
