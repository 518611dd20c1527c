/** What all projects wait for, for people and for programs. */
import type { Instant } from "../../core/ids.ts";
import { type Limit, type LimitCause, limitSentence } from "../../core/limit.ts";
import { line } from "../sanitize.ts";
import { iso, relative, timeOfDay } from "./format.ts";

const names: { readonly [C in LimitCause]: string } = {
  usage: "usage limit",
  outage: "outage of the model",
  reserve: "the rest of the allowance is kept for you",
};

const whyMax = 200;

/** Says in a line what all projects wait for, until when, and how to end it; null where nothing. */
export function renderLimit({ mode }: Limit, now: Instant): string | null {
  if (mode.at === "clear") return null;
  const what = names[mode.cause];
  const why = line(mode.why, whyMax);
  if (mode.at === "probing")
    return `${what}: one session tries whether it is over, the others wait; ${why}`;
  if (mode.until <= now) return `${what}: the next session tries whether it is over; ${why}`;
  const until = `until ${timeOfDay(mode.until)} (${relative(mode.until, now)})`;
  return `${what} ${until}: all projects wait; \`orch resume --limit\` ends the wait; ${why}`;
}

/** The same as JSON; null where nothing is in the way. */
export const limitJson = (limit: Limit) =>
  limit.mode.at === "clear"
    ? null
    : {
        state: limit.mode.at,
        cause: limit.mode.cause,
        why: limit.mode.why,
        sentence: limitSentence(limit),
        since: iso(limit.mode.since),
        until: iso(limit.mode.until),
        waits: limit.mode.waits,
      };
