import type { Desk } from "../desk.ts";
import { exitCodes, failure, misuse } from "../exit-codes.ts";
import { pickProject } from "../pick.ts";
import { line } from "../sanitize.ts";
import { busy } from "./run.ts";

export interface ForgetOptions {
  readonly yes?: true | undefined;
}

/** `orch forget PROJECT`: removes every trace of the program from a project. */
export async function forget(desk: Desk, name: string, { yes }: ForgetOptions): Promise<number> {
  const portfolio = await desk.portfolio();
  const project = pickProject(portfolio, name);
  if (yes !== true && !(await agreed(desk, project.name, project.path)))
    throw failure("nothing was removed");
  const backstage = await desk.backstage();
  const lock = await backstage.lock(portfolio, "run");
  if (lock.kind === "busy") throw busy(lock);
  try {
    const removed = await backstage.forget(portfolio, project);
    desk.answer({ project: project.name, removed }, () =>
      removed.length === 0
        ? `there was nothing of ${project.name} to remove`
        : removed.map((each) => `removed ${line(each)}`).join("\n"),
    );
    return exitCodes.ok;
  } finally {
    await lock.release();
  }
}

async function agreed(desk: Desk, name: string, path: string): Promise<boolean> {
  if (!desk.io.stdinIsTTY)
    throw misuse(`this removes all that was recorded of ${name}`, "say --yes to agree");
  const { askYes } = await import("../ask.ts");
  return askYes(`Remove the branches, audit trail, ledger and clones of ${name} (${path})?`);
}
