/** What a job handler is given. */

import type { TaskId } from "../core/ids.ts";
import { isProbe } from "../core/limit.ts";
import type { Role, SessionEvent } from "../ports/agent.ts";
import type { Delivery } from "../ports/engine.ts";
import type { Stage } from "../stages/context.ts";
import { type House, type Site, siteOf } from "./house.ts";
import { openPurse } from "./purse.ts";
import { openVendor } from "./vendor.ts";

export interface JobContext {
  readonly house: House;
  readonly site: Site;
  readonly delivery: Delivery;
  /** What this delivery may spend, in US dollars. */
  readonly budgetUsd: number;
  /** What its sessions are known to have cost so far, in US dollars. */
  readonly spentUsd: () => number;
  readonly stage: (role: Role, task: TaskId | null) => Stage;
  /** Waits until what its sessions told of the vendor is written. */
  readonly heard: () => Promise<void>;
}

/** Looks up what a delivery's handler needs. */
export async function contextOf(house: House, delivery: Delivery): Promise<JobContext> {
  const { project, token } = delivery;
  const site = siteOf(house, project);
  const { budgetUsd, probes } = await house.engine.transact(project, {}, (view) => {
    const mine = view.reservations.find((each) => each.token === token);
    // a session's cap holds over all of its deliveries
    const budgetUsd = mine?.metered?.capUsd ?? mine?.amountUsd ?? 0;
    return {
      changes: [],
      answer: { budgetUsd, probes: isProbe(view.limit.mode, { project, token }) },
    };
  });
  const vendor = openVendor(house, delivery, probes);
  let spentUsd = 0;
  const purse = openPurse(house, delivery);
  const stage = (role: Role, task: TaskId | null): Stage => ({
    purse,
    world: site.world,
    settings: site.settings,
    listen: (event: SessionEvent) => {
      if (event.type === "spent") spentUsd = Math.max(spentUsd, event.costUsd);
      vendor.hear(event);
      house.hear({ project, task, role, event });
    },
  });
  const { written: heard } = vendor;
  return { house, site, delivery, budgetUsd, spentUsd: () => spentUsd, stage, heard };
}
