/** What all jobs' endings share: money is settled, a vendor's trouble is nobody's failure. */
import type { Draft } from "../core/draft.ts";
import { openDraft } from "../core/draft.ts";
import type { Instant, Token } from "../core/ids.ts";
import { jobName } from "../core/jobs.ts";
import type { Needs, View } from "../core/ledger.ts";
import type { LimitEvent } from "../core/limit.ts";
import { addUsage, settled } from "../core/metered.ts";
import type { Spending } from "../core/records.ts";
import type { Delivery } from "../ports/engine.ts";
import type { Release } from "../stages/converse.ts";
import { type House, siteOf } from "./house.ts";

export interface Conclusion {
  readonly needs: Needs;
  /** What the delivery's session cost, in US dollars. */
  readonly costUsd: number;
  readonly conclude: (draft: Draft, view: View) => void;
  /** Records what is true although the delivery may decide nothing any more. */
  readonly fenced?: (draft: Draft, view: View) => void;
}

/**
 * Ends a delivery with what `conclude` tells the draft; one that was fenced off (false) still
 * pays.
 */
export async function finish(
  house: House,
  delivery: Delivery,
  { needs, costUsd, conclude, fenced }: Conclusion,
): Promise<boolean> {
  const { rules } = siteOf(house, delivery.project).limits;
  const decide = (by: Conclusion["fenced"]) => (view: View) => {
    const draft = openDraft(view, rules);
    settleMoney(draft, view, delivery.token, costUsd);
    by?.(draft, view);
    const { project, token } = delivery;
    draft.tellLimit({ type: "limit.left", by: { project, token }, now: view.now });
    return { changes: draft.changes(), answer: null };
  };
  const finished = await house.engine.finish(delivery, needs, decide(conclude));
  if (finished.kind === "finished") return true;
  await house.engine.transact(delivery.project, needs, decide(fenced));
  return false;
}

function settleMoney(draft: Draft, view: View, token: Token, costUsd: number): void {
  for (const each of view.reservations) {
    if (each.token !== token) continue;
    draft.add({ kind: "reservation", reservation: settled(each, costUsd) });
  }
}

/**
 * Makes all projects wait for the vendor, or this one for a person, where going on is of no use.
 */
export function heed(draft: Draft, release: Release, delivery: Delivery, view: View): void {
  const { cause, why, until } = release;
  if (cause === "aborted") return;
  if (cause === "limit" || cause === "outage") {
    const { now, chance } = view;
    draft.tellLimit({ ...limitMet(delivery, { cause, why, until }), now, chance });
    return;
  }
  draft.tellProject({ type: "project.paused", by: "patrol", why, until, now: draft.now });
}

type Met = Extract<LimitEvent, { readonly type: "limit.met" }>;

/** What a delivery that met a vendor's limit, or an outage, tells all projects of it. */
export const limitMet = (
  { project, token, job }: Delivery,
  { cause, why, until }: Release,
): Omit<Met, "now" | "chance"> => ({
  type: "limit.met",
  cause: cause === "limit" ? "usage" : "outage",
  why: why.slice(0, whyMax),
  until,
  by: { project, token },
  metBy: jobName(project, job),
});

/** Longest reason for a wait that all projects are shown, in characters. */
const whyMax = 300;

/**
 * When what was released may start again. A vendor's trouble is waited out by the state of all
 * projects alone, so that work goes on at once where a person ends the wait.
 */
export const restsUntil = ({ cause, until }: Release, now: Instant): Instant =>
  cause === "limit" || cause === "outage" ? now : (until ?? now);

/** Adds up two lots of spending. */
export function sum(a: Spending, b: Spending): Spending {
  return {
    costUsd: a.costUsd + b.costUsd,
    turns: a.turns + b.turns,
    usage: b.usage.reduce(addUsage, a.usage),
  };
}
