/** What all jobs' endings share: money is settled, a vendor's trouble is nobody's failure. */
import type { Draft } from "../core/draft.ts";
import { openDraft } from "../core/draft.ts";
import type { Instant, Token } from "../core/ids.ts";
import type { Needs, View } from "../core/ledger.ts";
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
 * Ends a delivery with what `conclude` tells the draft; one that was fenced off (false) still pays.
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
    draft.add({ kind: "reservation", reservation: { ...each, settledUsd: costUsd } });
  }
}

/** Pauses the project where going on at once would only meet the same refusal. */
export function heed(draft: Draft, release: Release): void {
  if (release.cause === "aborted" || release.cause === "outage") return;
  const { why, until } = release;
  const by = release.cause === "limit" ? "limit" : "patrol";
  draft.tellProject({ type: "project.paused", by, why, until, now: draft.now });
}

/**
 * When what was released may start again. A limit is waited out by the project's pause alone, so
 * that
 * work goes on at once where a person resumes it.
 */
export const restsUntil = ({ cause, until }: Release, now: Instant): Instant =>
  cause === "limit" ? now : (until ?? now);

/** Adds up two lots of spending. */
export function sum(a: Spending, b: Spending): Spending {
  const usage = new Map(a.usage.map((each) => [each.model, each]));
  for (const each of b.usage) {
    const had = usage.get(each.model);
    usage.set(
      each.model,
      had === undefined
        ? each
        : {
            model: each.model,
            inputTokens: had.inputTokens + each.inputTokens,
            outputTokens: had.outputTokens + each.outputTokens,
            cacheReadTokens: had.cacheReadTokens + each.cacheReadTokens,
            cacheWriteTokens: had.cacheWriteTokens + each.cacheWriteTokens,
            costUsd: had.costUsd + each.costUsd,
          },
    );
  }
  return {
    costUsd: a.costUsd + b.costUsd,
    turns: a.turns + b.turns,
    usage: [...usage.values()],
  };
}
