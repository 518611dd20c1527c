/** A delivery's purse: what its requests set aside and came to, in the ledger. */
import { capsOn } from "../core/budget.ts";
import { openOn } from "../core/day-turn.ts";
import { openDraft } from "../core/draft.ts";
import type { Change, Decision, View } from "../core/ledger.ts";
import { closeRequest } from "../core/metered.ts";
import type { Delivery } from "../ports/engine.ts";
import type { Purse, PurseAnswer, PurseRequest } from "../ports/gateway.ts";
import { type House, siteOf } from "./house.ts";

/** Times that the ledger is told what a request came to, before its worst case stays set aside. */
const tellsMax = 3;
const tellAgainMs = 200;

/** Opens the purse of one delivery. */
export function openPurse(house: House, { project, token }: Delivery): Purse {
  const { engine, clock } = house;
  const needs = { reservation: token };
  return {
    async open(request) {
      try {
        const { limits } = siteOf(house, project);
        return await engine.transact(project, needs, (view) =>
          opened(view, { request, caps: limits.caps, token, rules: limits.rules }),
        );
      } catch (fault) {
        // what cannot be set aside is not sent
        const why = `the ledger cannot be written: ${String(fault)}`;
        return { kind: "refused", cause: "unknown", why };
      }
    },
    async close(number, came) {
      for (let tell = 1; tell <= tellsMax; tell += 1) {
        try {
          // what a power cut takes back counts at its worst again, which is never too little
          await engine.transact(project, { ...needs, soft: true }, (view) => {
            const mine = view.reservations.find((each) => each.token === token);
            const closed = mine === undefined ? null : closeRequest(mine, number, came);
            const changes: readonly Change[] =
              closed === null ? [] : [{ kind: "reservation", reservation: closed }];
            return { changes, answer: null };
          });
          return;
        } catch {
          // a full disk, say: until it is told the worst case counts, which is never too little
          await clock.sleep(tellAgainMs, new AbortController().signal);
        }
      }
    },
  };
}

interface Asked
  extends Pick<ReturnType<typeof siteOf>["limits"], "caps" | "rules">,
    Pick<Delivery, "token"> {
  readonly request: PurseRequest;
}

function opened(view: View, { request, caps, token, rules }: Asked): Decision<PurseAnswer> {
  const mine = view.reservations.find((each) => each.token === token);
  const over = { kind: "refused", cause: "cap", why: "the session is over" } as const;
  if (mine === undefined) return { changes: [], answer: over };
  const answer = openOn(view.day, mine, request, {
    ...{ caps: capsOn(caps, view), spent: view.spent },
  });
  const draft = openDraft(view, rules);
  if (request.unpriced) {
    const text = `the price table lacks ${request.model}: it counts as the dearest model`;
    draft.note("warning", text);
  }
  if (answer.past !== null) draft.add({ kind: "past", past: answer.past });
  if (answer.kind === "granted")
    draft.add({ kind: "reservation", reservation: answer.reservation });
  const told: PurseAnswer =
    answer.kind === "granted" ? { kind: "granted", number: answer.number } : answer;
  return { changes: draft.changes(), answer: told };
}
