/**
 * What a scripted model says: for each role plays, for each play steps. Format:
 * docs/scripted-model.md.
 */

/** Tokens that a reply claims to have used, where the estimate from its bytes will not do. */
export interface ClaimedUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
}

export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An HTTP error of the vendor's. */
export interface ErrorStep {
  readonly kind: "error";
  readonly status: number;
  readonly message: string;
  readonly retryAfterS: number | null;
  /** Seconds from the reply until the usage limit ends, sent as the vendor's reset header. */
  readonly resetInS: number | null;
  /** How often it is given before the play goes on; `Infinity` unless the script says so. */
  readonly times: number;
}

export type Fault = "refused" | "stalled" | "cut" | "malformed";

/** A connection that breaks. */
export interface FaultStep {
  readonly kind: "fault";
  readonly fault: Fault;
  readonly times: number;
}

export interface WaitStep {
  readonly kind: "wait";
  readonly waitMs: number;
}

/** What the model really answers; the only step that moves a play forward. */
export interface ReplyStep {
  readonly kind: "reply";
  readonly say: string | null;
  readonly tools: readonly ToolCall[];
  /** The structured answer, or `undefined` where the step gives none. */
  readonly answer: Readonly<Record<string, unknown>> | undefined;
  readonly stop: "refusal" | "max_tokens" | null;
  readonly usage: ClaimedUsage;
  /** What of a login's allowance is used, in shares of 1, and when it is reset; null: not told. */
  readonly allowance: { readonly used: number; readonly resetInS: number } | null;
}

export type Step = ErrorStep | FaultStep | WaitStep | ReplyStep;

export interface Play {
  /** Where the play stands in its file, for messages: `worker[0]`. */
  readonly name: string;
  /** Tested against the session's prompt; `null` fits every prompt. */
  readonly task: RegExp | null;
  /** Which of the sessions that fit role and task, counted from 1; `null` fits each. */
  readonly attempt: number | null;
  /** How many sessions may have this play. */
  readonly times: number;
  /** `true` gives the last reply again and again once all have been given. */
  readonly repeat: boolean;
  readonly steps: readonly Step[];
}

/** Plays by role; the first that fits a session is played. */
export type Scenario = ReadonlyMap<string, readonly Play[]>;
