/**
 * Whether the model can be had: one state over all projects of a data folder. A session that
 * meets a
 * usage limit or an outage makes all wait; afterwards one session alone tries, and only when it
 * has
 * got a first reply do the others start.
 */
import { type Instant, later, type ProjectName, type Token } from "./ids.ts";

/** Why nothing that needs a model may start. `reserve`: what is left is kept for the person. */
export type LimitCause = "usage" | "outage" | "reserve";

/** One delivery of one project. */
export interface Trier {
  readonly project: ProjectName;
  readonly token: Token;
}

interface Shut {
  readonly cause: LimitCause;
  /** What the vendor said. */
  readonly why: string;
  /** When this mode began; a clock that is behind it was set back. */
  readonly since: Instant;
  /** Waits in a row without a reply between them; each is longer where the vendor names no end. */
  readonly waits: number;
}

export type LimitMode =
  | { readonly at: "clear" }
  /** Nothing starts before `until`; then one session tries. `metBy` lets another go first. */
  | ({ readonly at: "waiting"; readonly until: Instant; readonly metBy: string | null } & Shut)
  /** One session tries; where nothing is heard of it until `until`, another may. */
  | ({ readonly at: "probing"; readonly until: Instant; readonly probe: Trier } & Shut);

export interface Limit {
  readonly mode: LimitMode;
  /** Until then a person lets agents have what was kept for them; null where they do not. */
  readonly openUntil: Instant | null;
}

/** Nothing is in the way. */
export const noLimit: Limit = { mode: { at: "clear" }, openUntil: null };

/** A usage limit without a date is tried again after this long; doubles with each wait. */
export const usageWaitMs = 60_000;
export const usageWaitMaxMs = 30 * 60_000;
/** An outage is tried again after this long; doubles with each wait. */
export const outageWaitMs = 15_000;
export const outageWaitMaxMs = 10 * 60_000;
/** Whoever shares the allowance does not come back at the same moment: up to this, or a tenth. */
const jitterMaxMs = 30_000;
/** A probe that nothing is heard of for so long does not keep the others any longer. */
export const probeMs = 10 * 60_000;
/**
 * Whatever met the limit goes after the others for this long: a poisoned task must not bar them.
 */
const courtesyMs = 3_000;

export type LimitEvent =
  | {
      readonly type: "limit.met";
      readonly cause: "usage" | "outage";
      readonly why: string;
      /** When the vendor lets sessions start again; null where it does not say. */
      readonly until: Instant | null;
      readonly by: Trier;
      /** Names the job that met it. */
      readonly metBy: string;
      readonly now: Instant;
      readonly chance: number;
    }
  /** So much of an allowance is used, in shares of 1, and so much of it is kept for the person. */
  | {
      readonly type: "limit.used";
      readonly used: number;
      readonly kept: number;
      readonly resetAt: Instant;
      readonly now: Instant;
      readonly chance: number;
    }
  | { readonly type: "limit.probed"; readonly by: Trier; readonly now: Instant }
  /** The model has begun to answer this delivery. */
  | { readonly type: "limit.answered"; readonly by: Trier }
  /** A delivery is over. */
  | { readonly type: "limit.left"; readonly by: Trier; readonly now: Instant }
  /** A person ends the wait. */
  | { readonly type: "limit.lifted"; readonly now: Instant };

/** Returns what `event` makes of the limit; the same object where nothing changes. */
export function stepLimit(limit: Limit, event: LimitEvent): Limit {
  const { mode } = limit;
  const become = (next: LimitMode): Limit => ({ ...limit, mode: next });
  switch (event.type) {
    case "limit.met":
      return met(limit, event);
    case "limit.used":
      return kept(limit, event);
    case "limit.probed": {
      if (mode.at === "clear") return limit;
      const until = later(event.now, probeMs);
      return become({ at: "probing", ...shutOf(mode, event.now), until, probe: event.by });
    }
    case "limit.answered":
      return isProbe(mode, event.by) ? become({ at: "clear" }) : limit;
    case "limit.left": {
      if (!isProbe(mode, event.by) || mode.at !== "probing") return limit;
      return become({ at: "waiting", ...shutOf(mode, event.now), until: event.now, metBy: null });
    }
    case "limit.lifted": {
      // where one tries already, a second one would tell no more
      if (mode.at !== "waiting" || mode.until <= event.now) return limit;
      const openUntil = mode.cause === "reserve" ? mode.until : limit.openUntil;
      const shut = { ...shutOf(mode, event.now), until: event.now, metBy: null };
      return { mode: { at: "waiting", ...shut }, openUntil };
    }
    default:
      return event satisfies never;
  }
}

const shutOf = ({ cause, why, waits }: Shut, since: Instant): Shut => ({
  cause,
  why,
  since,
  waits,
});

const isSame = (a: Trier, b: Trier): boolean => a.project === b.project && a.token === b.token;

/** Tells whether a delivery is the one that tries. */
export const isProbe = (mode: LimitMode, by: Trier): boolean =>
  mode.at === "probing" && isSame(mode.probe, by);

type Met = Extract<LimitEvent, { readonly type: "limit.met" }>;

function met(limit: Limit, event: Met): Limit {
  const { mode } = limit;
  const { cause, why, now, chance, metBy } = event;
  const asked = event.until !== null && event.until > now ? event.until : null;
  // what ran on when the limit was met meets it too: that is no wait of its own
  const isLate = mode.at !== "clear" && !isProbe(mode, event.by) && mode.until > now;
  if (isLate && (asked === null || asked <= mode.until || mode.at === "probing")) return limit;
  const waits = mode.at === "clear" ? 1 : mode.waits + (isLate ? 0 : 1);
  const ownMs =
    cause === "usage"
      ? Math.min(usageWaitMs * 2 ** (waits - 1), usageWaitMaxMs)
      : Math.min(outageWaitMs * 2 ** (waits - 1), outageWaitMaxMs);
  const end = asked ?? later(now, ownMs);
  const until = later(end, jitter(end - now, chance));
  return { ...limit, mode: { at: "waiting", cause, why, since: now, until, waits, metBy } };
}

type Used = Extract<LimitEvent, { readonly type: "limit.used" }>;

function kept(limit: Limit, { used, kept, resetAt, now, chance }: Used): Limit {
  const { mode, openUntil } = limit;
  const isReached = kept > 0 && used >= 1 - kept && resetAt > now;
  if (!isReached || (openUntil !== null && openUntil > now)) return limit;
  if (mode.at !== "clear") return limit;
  const [usedPercent, keptPercent] = [used, kept].map((share) => Math.round(share * 100));
  const why = `${usedPercent} % of the allowance is used, ${keptPercent} % is kept for you`;
  const until = later(resetAt, jitter(resetAt - now, chance));
  const shut = { cause: "reserve", why, since: now, waits: 1 } as const;
  return { mode: { at: "waiting", ...shut, until, metBy: null }, openUntil: null };
}

const jitter = (waitMs: number, chance: number): number =>
  Math.round(Math.min(jitterMaxMs, waitMs / 10) * chance);

/** What a limit says to a job: go, go as the probe, or wait. */
export type Passage = "free" | "probe" | "wait";

/**
 * Tells whether a job named `job` may start at `now`. `isLost` says that the probe's delivery is
 * known
 * to be over.
 */
export function passage(
  { mode }: Limit,
  given: { readonly job: string; readonly now: Instant; readonly isLost: boolean },
): Passage {
  const { job, now, isLost } = given;
  switch (mode.at) {
    case "clear":
      return "free";
    case "waiting":
      // a clock that was set back puts nothing off for days: one may try
      if (now < mode.since) return "probe";
      if (now < mode.until) return "wait";
      return job === mode.metBy && now < mode.until + courtesyMs ? "wait" : "probe";
    case "probing":
      return isLost || now < mode.since || now >= mode.until ? "probe" : "wait";
    default:
      return mode satisfies never;
  }
}

const names: { readonly [C in LimitCause]: string } = {
  usage: "usage limit",
  outage: "the model cannot be had",
  reserve: "kept for you",
};

/** Says in a few words what is in the way; null where nothing is. */
export function limitSentence({ mode }: Limit): string | null {
  if (mode.at === "clear") return null;
  const what = `${names[mode.cause]}: ${mode.why}`;
  return mode.at === "probing" ? `${what}; one session tries whether it is over` : what;
}

/** Tells whether nothing that needs a model will start within `ms`. */
export const isShutFor = ({ mode }: Limit, now: Instant, ms: number): boolean =>
  mode.at === "waiting" && mode.since <= now && mode.until > now + ms;

/** What people must know of what an event made of the limit; null where that is nothing. */
export function limitNote(
  limit: Limit,
  event: LimitEvent,
): { readonly level: "info" | "warning"; readonly text: string } | null {
  const { mode } = limit;
  switch (event.type) {
    case "limit.met":
    case "limit.used": {
      if (mode.at !== "waiting") return null;
      const seconds = Math.round((mode.until - event.now) / 1_000);
      const wait = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
      const text = `${limitSentence(limit)}; all projects wait ${wait} for the model`;
      return { level: "warning", text };
    }
    case "limit.probed":
      return { level: "info", text: "one session tries whether the model answers again" };
    case "limit.answered":
      return { level: "info", text: "the model answers again: all projects go on" };
    case "limit.lifted":
      return { level: "info", text: "a person ended the wait for the model" };
    case "limit.left":
      return null;
    default:
      return event satisfies never;
  }
}
