/** What the vendor's headers say of its limits. */
import type { IncomingHttpHeaders } from "node:http";
import { type Instant, instant, later } from "../../core/ids.ts";
import type { Sight } from "../../ports/gateway.ts";

export type Trouble = Extract<Sight, { readonly type: "limited" | "unavailable" }>;
type Allowance = Extract<Sight, { readonly type: "allowance" }>;

/** Who is told to wait for longer has used up a limit; shorter waits are over by themselves. */
const shortWaitMs = 60_000;
const unified = "anthropic-ratelimit-unified";
const detailMax = 300;

function header(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function number(headers: IncomingHttpHeaders, name: string): number | null {
  const value = Number(header(headers, name) ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

function retryAfterMs(headers: IncomingHttpHeaders, now: Instant): number | null {
  const seconds = number(headers, "retry-after");
  if (seconds !== null) return seconds * 1_000;
  const date = Date.parse(header(headers, "retry-after") ?? "");
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** How much of each allowance is used, where the vendor tells. */
export function allowancesIn(headers: IncomingHttpHeaders): readonly Allowance[] {
  return ["5h", "7d"].flatMap((window) => {
    const used = number(headers, `${unified}-${window}-utilization`);
    const reset = number(headers, `${unified}-${window}-reset`);
    if (used === null || reset === null) return [];
    return [{ type: "allowance", used, resetAt: instant(reset * 1_000) }] as const;
  });
}

/** What an answer with an error status means for all who ask this vendor; null: nothing. */
export function troubleIn(
  status: number,
  headers: IncomingHttpHeaders,
  told: { readonly text: string; readonly now: Instant },
): Trouble | null {
  const { now } = told;
  const detail = `${status} ${told.text}`.slice(0, detailMax).trim();
  if (status !== 429) {
    if (status < 500) return null;
    return { type: "unavailable", retryAfterMs: retryAfterMs(headers, now), detail };
  }
  const waitMs = retryAfterMs(headers, now);
  const reset = number(headers, `${unified}-reset`);
  const rejected = header(headers, `${unified}-status`) === "rejected";
  if (!rejected && (waitMs ?? 0) < shortWaitMs)
    return { type: "unavailable", retryAfterMs: waitMs, detail };
  // who only asks to wait for long does not say that all is well afterwards
  if (!rejected) return { type: "limited", resetAt: null, detail };
  const wait = waitMs === null ? null : later(now, waitMs);
  return { type: "limited", resetAt: reset === null ? wait : instant(reset * 1_000), detail };
}
