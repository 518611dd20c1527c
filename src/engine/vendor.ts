/** Hears in a session what it tells of the vendor, for the state that all projects share. */
import { openDraft } from "../core/draft.ts";
import type { View } from "../core/ledger.ts";
import type { LimitEvent } from "../core/limit.ts";
import type { SessionEvent } from "../ports/agent.ts";
import type { Delivery } from "../ports/engine.ts";
import { limitMet } from "./finish.ts";
import { type House, siteOf } from "./house.ts";

export interface Vendor {
  readonly hear: (event: SessionEvent) => void;
  /** Waits until what was heard is written. */
  readonly written: () => Promise<void>;
}

/** Opens the ear of one delivery; `probes` where it tries whether the model answers again. */
export function openVendor(house: House, delivery: Delivery, probes: boolean): Vendor {
  const { keptForPerson: kept, rules } = siteOf(house, delivery.project).limits;
  const { project, token } = delivery;
  let isTrying = probes;
  let isKept = false;
  let isLimited = false;
  let writing: Promise<unknown> = Promise.resolve();
  const tell = (event: (view: View) => LimitEvent): void => {
    const decide = (view: View) => {
      const draft = openDraft(view, rules);
      draft.tellLimit(event(view));
      return { changes: draft.changes(), answer: null };
    };
    writing = writing.then(() => house.engine.transact(project, {}, decide)).catch(() => undefined);
  };
  return {
    hear(event) {
      if (event.type === "replied" && isTrying) {
        isTrying = false;
        tell(() => ({ type: "limit.answered", by: { project, token } }));
      }
      if (event.type === "limited" && !isLimited) {
        isLimited = true;
        const { resetAt: until, detail } = event;
        tell(({ now, chance }) => ({
          ...limitMet(delivery, { cause: "limit", why: detail, until }),
          ...{ now, chance },
        }));
      }
      if (event.type !== "allowance" || kept === 0 || isKept || event.used < 1 - kept) return;
      isKept = true;
      const { used, resetAt } = event;
      tell(({ now, chance }) => ({ type: "limit.used", used, kept, resetAt, now, chance }));
    },
    written: async () => {
      await writing;
    },
  };
}
