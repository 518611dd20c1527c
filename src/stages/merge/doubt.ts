/**
 * Work that waits because nobody can tell whether it adds to what is red is not kept waiting by
 * remembered runs alone: all of them may have been red by chance, and no commit would mend that.
 */
import type { Commit } from "../../ports/repo.ts";
import type { Stage } from "../context.ts";
import { forgetRounds } from "../judge/run-checks.ts";

/** How long runs that keep work from the branch are believed; each look costs whole checks. */
const believedMs = 600_000;

/** Has the checks of both trees run anew at the next look, where they are believed no longer. */
export async function doubt(stage: Stage, base: Commit, merged: Commit): Promise<void> {
  const { memo, clock } = stage.world;
  const key = JSON.stringify(["held", base.tree, merged.tree]);
  const since = Number((await memo.get(key)) ?? Number.NaN);
  const age = clock.now() - since;
  if (age >= 0 && age < believedMs) return;
  await memo.put(key, String(clock.now()));
  if (Number.isNaN(since)) return; // the first look
  await forgetRounds(stage, base);
  await forgetRounds(stage, merged);
}
