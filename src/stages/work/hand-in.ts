import type { Workspace } from "../../ports/repo.ts";
import type { WorkOutcome } from "./work.ts";

/**
 * Has what comes of a session recorded while its workspace is there to go on in: whoever dies before
 * that finds the work there. What is released, not heard or not recorded is kept, for it is paid for.
 */
export async function handIn(
  workspace: Workspace,
  make: () => Promise<WorkOutcome>,
  ended: (outcome: WorkOutcome) => Promise<boolean>,
): Promise<void> {
  try {
    const outcome = await make();
    const isHeard = await ended(outcome);
    if (!isHeard || outcome.kind === "released") workspace.keep();
  } catch (fault) {
    workspace.keep();
    throw fault;
  }
}
