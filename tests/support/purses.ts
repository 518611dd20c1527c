/** Purses for tests that have no ledger. */
import type { Came } from "../../src/core/metered.ts";
import type { Purse, PurseAnswer, PurseRequest } from "../../src/ports/gateway.ts";

export interface Wallet extends Purse {
  readonly asked: PurseRequest[];
  readonly came: Map<number, Came>;
  /** US dollars of requests that were answered. */
  spentUsd(): number;
}

/** A purse that is never empty, unless `answer` says otherwise, and remembers all. */
export function openWallet(answer?: (asked: PurseRequest) => PurseAnswer | null): Wallet {
  const asked: PurseRequest[] = [];
  const came = new Map<number, Came>();
  return {
    asked,
    came,
    async open(request) {
      asked.push(request);
      return answer?.(request) ?? { kind: "granted", number: asked.length };
    },
    async close(number, what) {
      came.set(number, what);
    },
    spentUsd: () =>
      [...came.values()].reduce(
        (sum, each) => sum + (each.kind === "answered" ? each.usage.costUsd : 0),
        0,
      ),
  };
}
