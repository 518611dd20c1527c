/**
 * The only way from a session to its model: it holds the key, knows whose request it is, and lets
 * through what there is money for.
 *
 * Contract (tests/adapters/gateway):
 * - whoever can reach a door is the session that it was opened for: through a loopback port by the
 *   token, through a socket by being able to open it;
 * - nothing but requests for messages, and for counts of their tokens, reaches the vendor; the
 *   session's own credential never does, and the real one never reaches the session;
 * - before the first byte of a request for a message goes out, its worst case is set aside in the
 *   purse; when it has ended, the purse is told what it came to by the vendor's own count. The
 *   answer is passed on byte for byte, as it comes;
 * - when `close` has resolved, nothing of the session is under way, and its purse knows all of it;
 * - other hosts are reached by name and only where the door allows them; never an address of this
 *   machine or of a private network.
 */
import type { Instant } from "../core/ids.ts";
import type { Came } from "../core/metered.ts";
import type { Usage } from "../core/records.ts";

/** Where one delivery's requests are set aside before they are sent, and settled afterwards. */
export interface Purse {
  /** When it answers `granted`, the worst case is set aside, also if this machine dies now. */
  open(request: PurseRequest): Promise<PurseAnswer>;
  /** Says what a request came to; must not be called twice for one. Never rejects. */
  close(number: number, came: Came): Promise<void>;
}

export interface PurseRequest {
  readonly model: string;
  /** Whether the price table lacks the model, and this is the first request for it. */
  readonly unpriced: boolean;
  /** The most that the request can cost, in US dollars. */
  readonly worstUsd: number;
  /** What its session is known to have used before this delivery, in US dollars. */
  readonly earlierUsd: number;
}

export type PurseAnswer =
  | { readonly kind: "granted"; readonly number: number }
  | { readonly kind: "refused"; readonly cause: "cap" | "unknown" | "busy"; readonly why: string };

/** The purse of whoever may send nothing. */
export const noPurse: Purse = {
  open: async () => ({ kind: "refused", cause: "cap", why: "nothing may be spent here" }),
  close: async () => undefined,
};

/** What a session's door sees of the vendor. */
export type Sight =
  /** A request was answered in full, and what all of them have used so far. */
  | { readonly type: "answered"; readonly usage: Usage; readonly costUsd: number }
  /** How much of an allowance is used, in shares of 1. */
  | { readonly type: "allowance"; readonly used: number; readonly resetAt: Instant }
  /** A usage limit; `resetAt` is null where the vendor does not say. */
  | { readonly type: "limited"; readonly resetAt: Instant | null; readonly detail: string }
  /** The model cannot be had: 5xx, 529, a short 429, no connection. */
  | { readonly type: "unavailable"; readonly retryAfterMs: number | null; readonly detail: string };

export interface DoorRequest {
  /** Null: no model is to be had through this door. */
  readonly purse: Purse | null;
  /** What the session is known to have used before, in US dollars. */
  readonly earlierUsd: number;
  /** Names of other hosts that may be reached; `*.` at the front stands for one or more labels. */
  readonly hosts: readonly string[];
  /** A private socket, or a port of this machine with a token. */
  readonly by: "socket" | "loopback";
  /** Called as it happens; must not throw. */
  readonly onSight: (sight: Sight) => void;
}

/** Why a door let no more requests through. */
export type Shut = { readonly cause: "cap" | "unknown"; readonly why: string };

export interface Door {
  readonly at:
    | { readonly kind: "socket"; readonly path: string }
    /** Base address of the Messages API there, without a slash at its end. */
    | { readonly kind: "loopback"; readonly url: string; readonly port: number };
  /** What the session shows in place of a key; through a loopback port it must. */
  readonly token: string;
  /** Why requests are refused; null while they are not. */
  shut(): Shut | null;
  /** The vendor's last trouble, with nothing answered since; null where there is none. */
  trouble(): Extract<Sight, { readonly type: "limited" | "unavailable" }> | null;
  /** What was answered so far, by model. */
  usage(): readonly Usage[];
  /** Ends what is under way, and waits until the purse knows of it. */
  close(): Promise<void>;
}

export interface Gateway {
  open(request: DoorRequest): Promise<Door>;
  /**
   * How the model is asked: by key, by a gateway's token, by a subscription's, by a cloud's
   * protocol; null: not by it.
   */
  readonly credential: "apiKey" | "authToken" | "oauthToken" | "cloud" | null;
  close(): Promise<void>;
}
