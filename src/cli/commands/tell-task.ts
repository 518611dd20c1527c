import { tellTask } from "../../core/commands.ts";
import type { View } from "../../core/ledger.ts";
import type { TaskEvent } from "../../core/task.ts";
import { type Desk, withLedger } from "../desk.ts";
import { exitCodes, failure, misuse } from "../exit-codes.ts";
import { readAll } from "../io.ts";
import { pickProjects, pickTask } from "../pick.ts";
import { line } from "../sanitize.ts";
import { rulesOf } from "../tell.ts";

interface Where {
  readonly project?: string | undefined;
}

/** An answer or a reason beyond this would crowd out the task in the next briefing. */
const textMax = 10_000;

/** `orch retry ID`. */
export const retry = (desk: Desk, id: string, where: Where): Promise<number> =>
  tell(desk, { id, where, done: "will be tried again", verb: "retried" }, ({ now }) => ({
    type: "task.retried",
    now,
  }));

/** `orch skip ID`. */
export const skip = (
  desk: Desk,
  id: string,
  { reason, ...where }: Where & { readonly reason?: string | undefined },
): Promise<number> =>
  end(desk, id, { where, reason: reason ?? "skipped by a person", verb: "skipped" });

/** `orch cancel ID`: the session that works on the task loses its lease and is ended. */
export const cancel = (
  desk: Desk,
  id: string,
  { reason, ...where }: Where & { readonly reason?: string | undefined },
): Promise<number> =>
  end(desk, id, { where, reason: reason ?? "cancelled by a person", verb: "cancelled" });

const end = (
  desk: Desk,
  id: string,
  { reason, ...request }: Omit<Request, "id" | "done"> & { readonly reason: string },
): Promise<number> =>
  tell(desk, { id, done: `is ${request.verb}`, ...request }, () => ({
    type: "task.skipped",
    reason: filled(reason, "--reason"),
  }));

/** `orch answer ID TEXT`. */
export async function answer(
  desk: Desk,
  id: string,
  { text, ...where }: Where & { readonly text: string },
): Promise<number> {
  const said = text === "-" ? await readAll(desk.io.stdin, textMax) : text;
  if (said === null) throw misuse(`the answer must have at most ${textMax} characters`);
  const told = filled(said, "the answer");
  const words = { done: "has its answer and goes on", verb: "answered" };
  return tell(desk, { id, where, ...words }, ({ now }) => ({
    type: "task.answered",
    answer: told,
    now,
  }));
}

/** `orch approve ID`. */
export const approve = (desk: Desk, id: string, where: Where): Promise<number> =>
  tell(desk, { id, where, done: "is approved and may land", verb: "approved" }, ({ now }) => ({
    type: "task.approved",
    now,
  }));

/** `orch reject ID --reason TEXT`. */
export const reject = (
  desk: Desk,
  id: string,
  { reason, ...where }: Where & { readonly reason: string },
): Promise<number> =>
  tell(desk, { id, where, done: "is rejected", verb: "rejected" }, ({ now, chance }) => ({
    type: "task.rejected",
    why: filled(reason, "--reason"),
    now,
    chance,
  }));

function filled(text: string, what: string): string {
  const whole = text.trim();
  if (whole !== "" && whole.length <= textMax) return whole;
  throw misuse(`${what} must have 1 to ${textMax} characters`);
}

interface Request {
  readonly id: string;
  readonly where: Where;
  readonly done: string;
  /** Of a task with which this cannot be done: "cannot be cancelled". */
  readonly verb: string;
}

async function tell(
  desk: Desk,
  { id, where, done, verb }: Request,
  event: (view: View) => TaskEvent,
): Promise<number> {
  return withLedger(desk, async (ledger, portfolio) => {
    const names = where.project === undefined ? undefined : [where.project];
    const { task, project } = await pickTask(ledger, pickProjects(portfolio, names), id);
    const told = await ledger.transact(project.name, { tasks: [task.id] }, (view) =>
      tellTask(view, task.id, event(view), rulesOf(project)),
    );
    if (told.kind === "refused")
      throw failure(
        `${task.id} cannot be ${verb}: ${told.why}`,
        `\`orch show ${task.id}\` tells more`,
      );
    desk.answer(
      { id: task.id, project: project.name, done: true },
      () => `${task.id} ${done}: ${line(task.brief.title, 80)}`,
    );
    return exitCodes.ok;
  });
}
