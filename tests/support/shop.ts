/** What several tests have happen in the project `shop`. */
import { requestCycle } from "../../src/core/commands.ts";
import { openDraft } from "../../src/core/draft.ts";
import { cycleId, instant, projectName, token } from "../../src/core/ids.ts";
import { defaultRetryRules } from "../../src/core/retry.ts";
import type { Cli } from "./cli.ts";

export const shop = projectName("shop");

/** Has a cycle of `shop` begun and left there, as a Ctrl+C leaves it while workers work. */
export async function interrupt(cli: Cli): Promise<void> {
  const id = cycleId("cyclecyclecy");
  await cli.ledger.transact(shop, {}, (view) => requestCycle(view, id, "person", 0));
  const begin = { type: "cycle.started", token: token(1), now: instant(Date.now()) } as const;
  const planned = { type: "cycle.planned", token: token(1), plan: null } as const;
  await cli.ledger.transact(shop, {}, (view) => {
    const draft = openDraft(view, defaultRetryRules);
    draft.tellCycle(id, begin);
    const tasks = view.tasks.map((each) => each.id);
    draft.tellCycle(id, { ...planned, refused: [], tasks, costUsd: 0 });
    return { changes: draft.changes(), answer: null };
  });
}

export interface Listed {
  readonly id: string;
  readonly title: string;
  readonly cycle: string;
}

/** Runs one cycle in `shop` with tasks of these titles; answers the tasks, the newest first. */
export async function cycleWith(cli: Cli, ...titles: string[]): Promise<readonly Listed[]> {
  cli.scene.planned = { kind: "titles", titles };
  await cli.run("run", "-p", "shop");
  return JSON.parse((await cli.run("tasks", "-p", "shop", "--json")).out);
}
