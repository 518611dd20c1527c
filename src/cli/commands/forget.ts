import type { Desk } from "../desk.ts";
import { exitCodes, failure, misuse } from "../exit-codes.ts";
import { pickProject } from "../pick.ts";
import { line } from "../sanitize.ts";
import { busy } from "./run.ts";

export interface ForgetOptions {
  readonly yes?: true | undefined;
  readonly rescued?: true | undefined;
}

/** `orch forget PROJECT`: removes every trace of the program from a project. */
export async function forget(desk: Desk, name: string, options: ForgetOptions): Promise<number> {
  const portfolio = await desk.portfolio();
  const project = pickProject(portfolio, name);
  const backstage = await desk.backstage();
  const rescued = options.rescued === true;
  // held while the person thinks it over: what they are told of stays as it is
  const lock = await backstage.lock(portfolio, "run");
  if (lock.kind === "busy") throw busy(lock);
  try {
    const unmerged = await backstage.unmerged(portfolio, project);
    if (unmerged.length > 0) desk.say(warning(unmerged, rescued));
    if (options.yes !== true && !(await agreed(desk, project.name, project.path)))
      throw failure("nothing was removed");
    const removed = await backstage.forget(portfolio, project, { rescued });
    desk.answer({ project: project.name, removed, unmerged, rescued: !rescued }, () =>
      removed.length === 0
        ? `there was nothing of ${project.name} to remove`
        : removed.map((each) => `removed ${line(each)}`).join("\n"),
    );
    return exitCodes.ok;
  } finally {
    await lock.release();
  }
}

/** More names than this hide the question that follows. */
const namesMax = 20;

function warning(unmerged: readonly string[], rescued: boolean): string {
  const names = unmerged.slice(0, namesMax).map((each) => `  ${line(each, 120)}`);
  if (unmerged.length > namesMax) names.push(`  and ${unmerged.length - namesMax} more`);
  const fate = rescued
    ? "this work has not landed, and is removed for good:"
    : "this work has not landed; it is kept under refs/orch/rescue/ (--rescued removes it, too):";
  return [fate, ...names].join("\n");
}

async function agreed(desk: Desk, name: string, path: string): Promise<boolean> {
  if (!desk.io.stdinIsTTY)
    throw misuse(`this removes all that was recorded of ${name}`, "say --yes to agree");
  const { askYes } = await import("../ask.ts");
  return askYes(`Remove the branches, audit trail, ledger and clones of ${name} (${path})?`);
}
